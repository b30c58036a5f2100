// The API of a running daemon, on its addresses: TCP, and a socket in the state directory for the
// other commands of this machine.
#pragma once

#include "api/service.h"
#include "api/verdict_log.h"
#include "cli/load.h"
#include "cli/policy_file.h"
#include "config/config.h"
#include "net/http_server.h"
#include "prompt/verdict_cache.h"
#include "source/ingest_journal.h"

#include <memory>
#include <string>

namespace vedette::cli {

/// Where the commands find the daemon of a state directory.
std::string socket_of(const std::string& state);

class ApiServer {
 public:
  /// Everything handed in outlives this. Says the address, and at the first start the token.
  static Result<std::unique_ptr<ApiServer>> start(
      const config::Config& config, const std::string& state, const LoadedRules& loaded,
      engine::ThreatQueue& queue, engine::Desk& desk, engine::Stats& stats,
      source::IngestJournal& journal, store::EventLog* events, const Clock& clock);
  ~ApiServer();

 private:
  ApiServer() = default;
  std::unique_ptr<engine::Analyzer> analyzer_;
  std::unique_ptr<store::PromptStore> prompts_;
  std::unique_ptr<api::VerdictLog> verdicts_;
  std::unique_ptr<prompt::VerdictCache> cache_;
  std::unique_ptr<api::Service> service_;
  std::unique_ptr<PolicyFile> policy_file_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace vedette::cli
