// The readers behind a syslog header. The first byte chooses the program, the rest is its message.
// Whatever that is, the texts that an event gets are parts of the message.
#include "base/assert.h"
#include "decode/lines.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using vedette::EventBatch;

bool decode_by(unsigned which, std::string_view text, EventBatch& batch) {
  using namespace vedette::decode;
  switch (which % 18) {
    case 1:
      return decode_sudo(text, batch);
    case 2:
      return decode_su(text, batch);
    case 3:
      return decode_pam({"vsftpd", text}, batch);
    case 4:
      return decode_accounts({"usermod", text}, batch);
    case 5:
      return decode_cron({"CRON", text}, batch);
    case 6:
      return decode_logind(text, batch);
    case 7:
      return decode_system({"rsyslogd", text}, batch);
    case 8:
      return decode_login({"login", text}, batch);
    case 9:
      return decode_dropbear(text, batch);
    case 10:
      return decode_audit(text, batch);
    case 11:
      return decode_dovecot({"dovecot", text}, batch);
    case 12:
      return decode_postfix(text, batch);
    case 13:
      return decode_exim(text, batch);
    case 14:
      return decode_ftp({"proftpd", text}, batch);
    case 15:
      return decode_ftp({"pure-ftpd", text}, batch);
    case 16:
      return decode_webmail(text, batch);
    case 17:
      return decode_ids(text, batch);
    default:
      return decode_sshd(text, batch);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vedette;
  if (size < 1) return 0;
  static EventBatch batch(FieldSet{}.set());
  const std::string memory(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  batch.begin(memory);
  const bool known = decode_by(bytes[0], memory, batch);
  batch.end();
  const Event& event = batch.events().front();
  VD_ASSERT(!known || event.dataset != Dataset::Unknown);
  const std::string_view constants =
      "root anonymous password publickey none vsftpd usermod CRON rsyslogd login sudo su sshd "
      "dropbear systemd-logind dovecot proftpd pure-ftpd tcp udp icmp ipv6-icmp sctp";
  for (const Value& value : batch.values(event)) {
    if (value.type != ValueType::String || value.size == 0) continue;
    const bool unhexed = bytes[0] % 18 == 10 && (value.field == Field::ProcessCommandLine ||
                                                 value.field == Field::ProcessWorkingDirectory);
    if (unhexed) continue;  // auditd's
    const bool inside =
        value.text >= memory.data() && value.text + value.size <= memory.data() + memory.size();
    VD_ASSERT(inside || constants.find(value.string()) != std::string_view::npos);
  }
  batch.clear();
  return 0;
}
