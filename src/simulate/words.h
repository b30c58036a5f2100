// The words that simulated logs are made of: names, passwords, pages, paths, agents. All our own
// choice; what must be true to the world (a scanner's name, a file that people forget) is.
#pragma once

#include <array>
#include <string_view>

namespace vedette::simulate {

using Word = std::string_view;

inline constexpr std::array<Word, 26> kPeople{
    "ana",   "bela", "chidi", "dagny",  "emil",  "farah", "goran", "hana",  "ines",
    "jonas", "kofi", "leila", "mara",   "nils",  "oona",  "pavel", "quinn", "rosa",
    "sami",  "tove", "uma",   "viktor", "wanda", "xenia", "yara",  "zeno"};
inline constexpr std::array<Word, 4> kServices{"backup", "deploy", "metrics", "postgres"};

/// Names that attackers try and that this machine does not have.
inline constexpr std::array<Word, 64> kGuessedNames{
    "admin",     "test",      "user",      "oracle", "ubuntu",  "guest",     "git",
    "pi",        "ftpuser",   "jenkins",   "hadoop", "www",     "minecraft", "nagios",
    "es",        "dev",       "steam",     "mysql",  "tomcat",  "support",   "student",
    "teamspeak", "vagrant",   "centos",    "debian", "ansible", "zabbix",    "redis",
    "mongodb",   "elastic",   "kafka",     "spark",  "docker",  "web",       "webmaster",
    "info",      "sales",     "office",    "scan",   "backup1", "sysadmin",  "operator",
    "manager",   "service",   "demo",      "temp",   "test1",   "test2",     "user1",
    "admin1",    "root1",     "superuser", "ftp",    "mail",    "cisco",     "ubnt",
    "odoo",      "wordpress", "nginx",     "gitlab", "sonar",   "svn",       "vnc",
    "asterisk"};

inline constexpr std::array<Word, 24> kPasswords{
    "123456",  "password", "admin",    "root",     "12345678",  "qwerty",  "1234",   "111111",
    "letmein", "changeme", "P@ssw0rd", "toor",     "raspberry", "ubnt",    "vizxv",  "888888",
    "default", "admin123", "root123",  "welcome1", "abc123",    "support", "xc3511", "server"};

inline constexpr std::array<Word, 14> kSudoCommands{
    "/usr/bin/apt update",
    "/usr/bin/apt upgrade",
    "/usr/bin/systemctl status nginx",
    "/usr/bin/systemctl reload nginx",
    "/usr/bin/journalctl -u postgresql",
    "/usr/bin/less /var/log/syslog",
    "/usr/bin/tail -f /var/log/nginx/error.log",
    "/usr/bin/docker ps",
    "/usr/bin/vim /etc/nginx/sites-available/museum",
    "/usr/bin/ss -tlnp",
    "/usr/sbin/nginx -t",
    "/usr/bin/du -sh /var/lib/postgresql",
    "/usr/bin/lsof -i",
    "/usr/bin/systemctl restart postgresql"};

inline constexpr std::array<Word, 7> kAgents{
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 "
    "Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"};
inline constexpr std::array<Word, 3> kSearchBots{
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; HarbourBot/1.4; +https://search.example.net/bot)"};
inline constexpr std::array<Word, 9> kScannerAgents{
    "Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:Port Check)",
    "sqlmap/1.8.2#stable (https://sqlmap.org)",
    "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)",
    "gobuster/3.6",
    "Fuzz Faster U Fool v2.1.0-dev",
    "masscan/1.3 (https://github.com/robertdavidgraham/masscan)",
    "zgrab/0.x",
    "WPScan v3.8.25 (https://wpscan.com/wordpress-security-scanner)",
    "Nuclei - Open-source project (github.com/projectdiscovery/nuclei)"};
inline constexpr std::array<Word, 5> kScriptAgents{"python-requests/2.31.0", "curl/8.5.0",
                                                   "Go-http-client/1.1", "Wget/1.21.4", "-"};

/// Pages of a small museum of lighthouses.
inline constexpr std::array<Word, 20> kPages{"/",
                                             "/visit",
                                             "/visit/opening-hours",
                                             "/visit/tickets",
                                             "/visit/getting-here",
                                             "/exhibitions",
                                             "/exhibitions/first-light",
                                             "/exhibitions/lens-makers",
                                             "/exhibitions/keepers-lives",
                                             "/collection",
                                             "/collection?page=2",
                                             "/collection?page=3",
                                             "/collection/fresnel-lens",
                                             "/collection/fog-horn",
                                             "/collection/keepers-log-1911",
                                             "/events",
                                             "/events/night-of-the-lamps",
                                             "/about",
                                             "/contact",
                                             "/search?q=lamp+room"};
inline constexpr std::array<Word, 6> kAssets{
    "/assets/main.8f3c1d.css",  "/assets/app.27be90.js", "/assets/logo.svg",
    "/assets/fonts/text.woff2", "/favicon.ico",          "/assets/hero-1600.webp"};
inline constexpr std::array<Word, 10> kImages{
    "/images/tower-800.webp",  "/images/lens-detail-800.webp", "/images/harbour-800.webp",
    "/images/keeper-400.webp", "/images/fog-400.webp",         "/images/lamp-room-800.webp",
    "/images/stairs-400.webp", "/images/ship-400.webp",        "/images/log-page-800.webp",
    "/images/night-1600.webp"};
/// What honest visitors ask for in vain.
inline constexpr std::array<Word, 5> kGone{"/apple-touch-icon.png", "/visit/tickets-2019",
                                           "/images/old-map.gif", "/newsletter", "/robots.txt"};
inline constexpr std::array<Word, 4> kReferrers{
    "https://www.google.com/", "https://duckduckgo.com/", "https://www.bing.com/", "-"};

}  // namespace vedette::simulate
