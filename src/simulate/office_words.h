// The machines of the organisation that runs the museum of lighthouses, and what its people do on
// them as root. Ordinary commands all: no rule may name one.
#pragma once

#include "simulate/words.h"

namespace vedette::simulate {

/// alder is the web server; then database, builds, files, mail, backup, analysis, staging, git,
/// jump.
inline constexpr std::array<Word, 10> kHosts{"alder", "birch",   "cedar", "elm",   "fir",
                                             "hazel", "juniper", "larch", "maple", "rowan"};

inline constexpr std::array<Word, 24> kAdministratorCommands{
    "/usr/bin/apt update",
    "/usr/bin/apt upgrade",
    "/usr/bin/apt list --upgradable",
    "/usr/bin/systemctl status nginx",
    "/usr/bin/systemctl reload nginx",
    "/usr/bin/systemctl restart postgresql",
    "/usr/bin/systemctl --failed",
    "/usr/bin/journalctl -u ssh --since today",
    "/usr/bin/journalctl -p err -b",
    "/usr/bin/less /var/log/syslog",
    "/usr/bin/less /var/log/mail.log",
    "/usr/bin/tail -f /var/log/nginx/error.log",
    "/usr/bin/vim /etc/nginx/sites-available/museum",
    "/usr/bin/vim /etc/postfix/main.cf",
    "/usr/sbin/nginx -t",
    "/usr/sbin/postqueue -p",
    "/usr/bin/ss -tlnp",
    "/usr/bin/df -h",
    "/usr/bin/du -sh /var/lib/postgresql",
    "/usr/bin/lsof -i",
    "/usr/sbin/smartctl -H /dev/sda",
    "/usr/sbin/lvs",
    "/usr/bin/certbot renew --dry-run",
    "/usr/sbin/reboot"};
inline constexpr std::array<Word, 14> kDeveloperCommands{
    "/usr/bin/docker ps",
    "/usr/bin/docker compose up -d",
    "/usr/bin/docker logs museum-app",
    "/usr/bin/docker system df",
    "/usr/bin/systemctl restart museum-app",
    "/usr/bin/systemctl status museum-app",
    "/usr/bin/journalctl -u museum-app",
    "/usr/bin/journalctl -u museum-worker -n 200",
    "/usr/bin/tail -f /var/log/nginx/access.log",
    "/usr/bin/apt install -y jq",
    "/usr/bin/chown -R deploy:deploy /srv/museum",
    "/usr/bin/systemctl restart museum-worker",
    "/usr/bin/vim /etc/museum/app.toml",
    "/usr/bin/less /var/log/museum/worker.log"};
inline constexpr std::array<Word, 8> kAnalystCommands{"/usr/bin/systemctl restart jupyterhub",
                                                      "/usr/bin/journalctl -u jupyterhub",
                                                      "/usr/bin/mount /mnt/visits",
                                                      "/usr/bin/umount /mnt/visits",
                                                      "/usr/bin/pip install --upgrade pandas",
                                                      "/usr/bin/chown -R analysts /srv/visits",
                                                      "/usr/bin/nvidia-smi",
                                                      "/usr/bin/du -sh /srv/visits"};

/// What nobody here has to do, and anyone with sudo may.
inline constexpr std::array<Word, 14> kCuriousCommands{
    "/usr/bin/ls -lR /srv/members",
    "/usr/bin/ls -la /srv/personnel/contracts",
    "/usr/bin/tar czf /srv/transfer/members-2025.tgz /srv/members/2025",
    "/usr/bin/tar czf /srv/transfer/donors.tgz /srv/members/donors",
    "/usr/bin/find /srv/personnel -name *.pdf",
    "/usr/bin/find /home -maxdepth 2 -name *.kdbx",
    "/usr/bin/grep -ril salary /srv/personnel",
    "/usr/bin/pg_dump -Fc members",
    "/usr/bin/psql -d members -c \\dt+",
    "/usr/bin/rsync -a /srv/members/ /media/usb0/",
    "/usr/bin/split -b 90M /srv/transfer/donors.tgz",
    "/usr/bin/mount /dev/sdb1 /media/usb0",
    "/usr/bin/umount /media/usb0",
    "/usr/bin/rm -r /srv/transfer"};
/// In the order in which someone who has got in goes about it.
inline constexpr std::array<Word, 22> kOrdinaryTools{
    "/usr/bin/id",
    "/usr/bin/hostnamectl",
    "/usr/bin/getent passwd",
    "/usr/bin/last -n 40",
    "/usr/bin/ip neigh show",
    "/usr/bin/ss -tnp state established",
    "/usr/bin/systemctl list-timers --all",
    "/usr/bin/systemctl list-units --type=service",
    "/usr/bin/find /etc -newer /etc/hostname -type f",
    "/usr/bin/find /srv -name *.toml -readable",
    "/usr/bin/getent hosts birch elm hazel rowan",
    "/usr/bin/ls -la /root /home /srv",
    "/usr/bin/crontab -l -u postgres",
    "/usr/bin/grep -rn password /etc/museum",
    "/usr/sbin/tcpdump -c 2000 -i any -w /var/tmp/a.pcap port 5432",
    "/usr/bin/pg_dumpall --globals-only -f /var/tmp/g.sql",
    "/usr/bin/tar cJf /var/tmp/e.txz /etc/museum /srv/museum/config",
    "/usr/bin/systemd-run --on-active=2h --unit=fstrim-later /usr/bin/true",
    "/usr/bin/scp /var/tmp/e.txz rowan:/var/tmp/",
    "/usr/bin/ssh -fN -R 9922:localhost:22 rowan",
    "/usr/bin/touch -r /etc/hostname /var/tmp/e.txz",
    "/usr/bin/rm /var/tmp/a.pcap /var/tmp/g.sql"};

}  // namespace vedette::simulate
