#include "model/entity.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

struct Who {
  std::string_view ip, address, user, host;
};

struct One {
  explicit One(const Who& who) : batch(FieldSet{}.set()) {
    batch.begin("line");
    if (!who.host.empty()) batch.set(Field::HostName, who.host);
    if (!who.user.empty()) batch.set(Field::UserName, who.user);
    if (!who.address.empty()) batch.set(Field::SourceAddress, who.address);
    if (const auto ip = parse_ip(who.ip)) batch.set(Field::SourceIp, *ip);
    batch.end();
  }
  std::optional<EntityRef> of(EntityType type) const {
    return Entities(batch, batch.events()[0]).of(type);
  }
  std::optional<EntityRef> primary() const { return Entities(batch, batch.events()[0]).primary(); }
  EventBatch batch;
};

TEST_SUITE("model/entity") {
  TEST_CASE("an event is about its source, else its user, else its host") {
    CHECK(One({"192.0.2.1", "a.example", "root", "web1"}).primary()->type == EntityType::SourceIp);
    CHECK(One({"", "a.example", "root", "web1"}).primary()->type == EntityType::SourceAddress);
    CHECK(One({"", "", "root", "web1"}).primary()->type == EntityType::User);
    CHECK(One({"", "", "", "web1"}).primary()->type == EntityType::Host);
    CHECK_FALSE(One({"", "", "", ""}).primary().has_value());
  }

  TEST_CASE("an IPv6 source is its /64, an IPv4 source its address, in either notation") {
    const One a({"2001:db8:1:2:aaaa::1", "", "", ""}), b({"2001:db8:1:2:bbbb::2", "", "", ""}),
        other({"2001:db8:1:3::1", "", "", ""});
    CHECK(a.primary()->hash == b.primary()->hash);
    CHECK(a.primary()->hash != other.primary()->hash);
    CHECK(entity_value(*a.primary()) == "2001:db8:1:2::/64");
    const One v4({"192.0.2.1", "", "", ""}), mapped({"::ffff:192.0.2.1", "", "", ""});
    CHECK(v4.primary()->hash == mapped.primary()->hash);
    CHECK(entity_value(*mapped.primary()) == "192.0.2.1");
  }

  TEST_CASE("a user and a host of one name are two entities") {
    const One one({"", "", "mail", "mail"});
    CHECK(one.of(EntityType::User)->hash != one.of(EntityType::Host)->hash);
    CHECK(entity_value(*one.of(EntityType::Host)) == "mail");
    CHECK_FALSE(one.of(EntityType::SourceIp).has_value());
  }

  TEST_CASE("hashes are stored, so they never change") {
    CHECK(One({"192.0.2.1", "", "", ""}).primary()->hash == 3526252027416140747u);
    CHECK(One({"", "", "root", ""}).primary()->hash == 8909666325559174601u);
  }

  TEST_CASE("the types are found by their field names") {
    for (std::size_t i = 0; i < kEntityTypes; ++i) {
      const auto type = static_cast<EntityType>(i);
      CHECK(parse_entity_type(to_string(type)) == type);
    }
    CHECK_FALSE(parse_entity_type("").has_value());
  }
}

}  // namespace
}  // namespace vedette
