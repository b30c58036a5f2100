#include "sigma/logsource.h"

#include <array>
#include <utility>

namespace vedette::sigma {
namespace {

constexpr DatasetMask kAuth = bit(Dataset::Auth), kSyslog = bit(Dataset::Syslog),
                      kWebAccess = bit(Dataset::WebAccess), kWebError = bit(Dataset::WebError),
                      kNetfilter = bit(Dataset::Netfilter), kCowrie = bit(Dataset::Cowrie),
                      kJson = bit(Dataset::Json), kIds = bit(Dataset::Ids);

struct Service {
  std::string_view name;
  DatasetMask datasets;
  std::array<std::string_view, 4> processes;
};

// Services of `product: linux` whose processes have other names than they, or whose lines are known
// to be in one data set. Any other service is looked for by its own name in syslog.
constexpr auto kServices = std::to_array<Service>({
    // OpenSSH 9.8 split sshd: what a session does is logged by sshd-session, since 10.0 also
    // sshd-auth.
    {"sshd", kAuth, {"sshd", "sshd-session", "sshd-auth"}},
    {"ssh", kAuth, {"sshd", "sshd-session", "sshd-auth"}},
    {"auth", kAuth, {}},
    {"pam", kAuth, {}},
    {"sudo", kAuth, {"sudo"}},
    {"su", kAuth, {"su"}},
    {"cron", kAuth | kSyslog, {"cron", "crond", "crontab", "anacron"}},
    {"useradd", kAuth, {"useradd"}},
    {"userdel", kAuth, {"userdel"}},
    {"usermod", kAuth, {"usermod"}},
    {"groupadd", kAuth, {"groupadd"}},
    {"groupdel", kAuth, {"groupdel"}},
    {"groupmod", kAuth, {"groupmod"}},
    {"passwd", kAuth, {"passwd"}},
    {"logind", kAuth, {"systemd-logind"}},
    {"systemd-logind", kAuth, {"systemd-logind"}},
    {"syslog", kAuth | kSyslog | kNetfilter, {}},
    {"auditd", kJson, {}},
    {"clamav", kAuth | kSyslog, {"clamd", "freshclam", "clamav", "clamscan"}},
    {"guacamole", kAuth | kSyslog, {"guacd", "guacamole"}},
});

constexpr auto kWebNames = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"c-ip", "source.ip"},
    {"cs-method", "http.request.method"},
    {"cs-uri", "url.original"},
    {"c-uri", "url.original"},
    {"cs-uri-stem", "url.path"},
    {"c-uri-stem", "url.path"},
    {"cs-uri-query", "url.query"},
    {"c-uri-query", "url.query"},
    {"cs-user-agent", "user_agent.original"},
    {"c-useragent", "user_agent.original"},
    {"cs-referer", "http.request.referrer"},
    {"cs-referrer", "http.request.referrer"},
    {"cs-version", "http.version"},
    {"cs-username", "user.name"},
    {"sc-status", "http.response.status_code"},
    {"sc-bytes", "http.response.body.bytes"},
    {"cs-host", "url.domain"},
});

bool is_web_server(std::string_view name) {
  return name == "apache" || name == "nginx" || name == "apache2" || name == "httpd";
}

LogSourcePlan web_plan(const LogSource& source) {
  LogSourcePlan plan;
  plan.web = true;
  const bool error = source.service.ends_with("error");
  const bool access = source.category == "webserver" || source.service.ends_with("access");
  plan.datasets = error ? kWebError : kWebAccess;
  if (!error && !access)
    plan.datasets |= kWebError;  // it does not say which of the two logs it means
  return plan;
}

/// A service in the table; false if it is not there.
bool plan_service(std::string_view name, LogSourcePlan& plan) {
  for (const Service& service : kServices) {
    if (service.name != name) continue;
    plan.datasets = service.datasets;
    for (const std::string_view process : service.processes) {
      if (!process.empty()) plan.processes.emplace_back(process);
    }
    return true;
  }
  return false;
}

void plan_linux(const LogSource& source, LogSourcePlan& plan) {
  if (source.service.empty()) {
    plan.datasets = kAuth | kSyslog | kJson;
  } else if (!plan_service(source.service, plan)) {
    plan.datasets = kAuth | kSyslog;
    plan.processes.push_back(source.service);
  }
}

}  // namespace

LogSourcePlan plan_of(const LogSource& source) {
  LogSourcePlan plan;
  if (source.category == "webserver" || is_web_server(source.product) ||
      is_web_server(source.service)) {
    return web_plan(source);
  }
  if (source.category == "authentication") {
    if (plan_service(source.service, plan)) return plan;
    plan.datasets = kAuth | kWebError | kCowrie | kJson;
  } else if (source.category == "firewall") {
    plan.datasets = kNetfilter;
  } else if (source.product == "cowrie" || source.category == "honeypot") {
    plan.datasets = kCowrie;
  } else if (source.product == "suricata" || source.product == "snort" ||
             source.category == "ids") {
    plan.datasets = kIds;
  } else if (source.category.empty() && source.product == "linux") {
    plan_linux(source, plan);
  } else if (source.category.empty() && source.product.empty()) {
    plan_service(source.service, plan);
  }
  return plan;
}

std::string_view ecs_name(std::string_view field, const LogSourcePlan& plan) {
  if (!plan.web) return field;
  for (const auto& [web, ecs] : kWebNames) {
    if (web == field) return ecs;
  }
  return field;
}

}  // namespace vedette::sigma
