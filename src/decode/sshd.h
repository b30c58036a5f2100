// The readers of single messages of sshd: what became of logins (sshd_login.cpp), what became of
// connections (sshd_connection.cpp), the server itself and its sessions (sshd_server.cpp). sshd.cpp
// finds the reader by how a message begins.
//
// Names of users, versions of clients and reasons of disconnects are chosen by whoever connects.
// Every reader here therefore finds the address by the place that the format of OpenSSH gives it,
// counted from the end that the stranger does not write.
#pragma once

#include "model/event.h"

#include <string_view>

namespace vedette::decode {

/// A message without level (`error: `), trailing blanks and stage.
struct SshdMessage {
  std::string_view text;
  bool preauth =
      false;  ///< it ended in [preauth]: written by the process that talks before a login
};

/// Reads what follows the prefix by which it was found. As in lines.h.
using SshdReader = bool (*)(SshdMessage message, EventBatch& out);

bool read_failed(SshdMessage message, EventBatch& out);
bool read_accepted(SshdMessage message, EventBatch& out);
bool read_postponed(SshdMessage message, EventBatch& out);
bool read_invalid_user(SshdMessage message, EventBatch& out);
bool read_invalid_user_request(SshdMessage message, EventBatch& out);
bool read_user(SshdMessage message, EventBatch& out);
bool read_maximum_attempts(SshdMessage message, EventBatch& out);
bool read_root_refused(SshdMessage message, EventBatch& out);
bool read_pam_error(SshdMessage message, EventBatch& out);
bool read_login_restricted(SshdMessage message, EventBatch& out);
bool read_wrong_host(SshdMessage message, EventBatch& out);
bool read_access_denied(SshdMessage message, EventBatch& out);

bool read_connection(SshdMessage message, EventBatch& out);
bool read_disconnected(SshdMessage message, EventBatch& out);
bool read_disconnecting(SshdMessage message, EventBatch& out);
bool read_received_disconnect(SshdMessage message, EventBatch& out);
bool read_closing(SshdMessage message, EventBatch& out);
bool read_no_identification(SshdMessage message, EventBatch& out);
bool read_bad_identification(SshdMessage message, EventBatch& out);
bool read_versions_differ(SshdMessage message, EventBatch& out);
bool read_scanned(SshdMessage message, EventBatch& out);
bool read_fatal_connection(SshdMessage message, EventBatch& out);
bool read_cannot_negotiate(SshdMessage message, EventBatch& out);
bool read_no_matching(SshdMessage message, EventBatch& out);
bool read_timeout(SshdMessage message, EventBatch& out);
bool read_broken_protocol(SshdMessage message, EventBatch& out);
bool read_obfuscated(SshdMessage message, EventBatch& out);
bool read_read_error(SshdMessage message, EventBatch& out);
bool read_lost(SshdMessage message, EventBatch& out);
bool read_dropped(SshdMessage message, EventBatch& out);
bool read_throttling(SshdMessage message, EventBatch& out);
bool read_refused_connect(SshdMessage message, EventBatch& out);
bool read_address_maps(SshdMessage message, EventBatch& out);
bool read_reverse_mapping(SshdMessage message, EventBatch& out);
bool read_listening(SshdMessage message, EventBatch& out);
bool read_signal(SshdMessage message, EventBatch& out);
bool read_host_key(SshdMessage message, EventBatch& out);
bool read_subsystem(SshdMessage message, EventBatch& out);
bool read_session_start(SshdMessage message, EventBatch& out);
bool read_session_end(SshdMessage message, EventBatch& out);
bool read_patched_client(SshdMessage message, EventBatch& out);

}  // namespace vedette::decode
