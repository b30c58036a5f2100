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
    CHECK(entity_hash(EntityType::SourceNetwork, "192.0.2.0/24") == 7051867353698801716u);
  }

  TEST_CASE("the network of a source is the one that is called so") {
    const One v4({"192.0.2.77", "", "", ""}), v6({"2001:db8:1:2::3", "", "", ""});
    const auto network = [](const One& one) { return *one.of(EntityType::SourceNetwork); };
    CHECK(entity_value(network(v4)) == "192.0.2.0/24");
    CHECK(entity_value(network(v6)) == "2001:db8:1::/48");
    for (const One* one : {&v4, &v6}) {
      const EntityRef its = network(*one);
      CHECK(its.hash == entity_hash(EntityType::SourceNetwork, entity_value(its)));
      CHECK(its.hash != one->of(EntityType::SourceIp)->hash);
    }
    CHECK(network(v4).hash == network(One({"192.0.2.1", "", "", ""})).hash);
    CHECK(network(v4).hash != network(One({"192.0.3.77", "", "", ""})).hash);
    CHECK_FALSE(One({"", "a.example", "root", ""}).of(EntityType::SourceNetwork).has_value());
  }

  TEST_CASE("of two values of one field the first counts, whatever is asked for first") {
    EventBatch batch(FieldSet{}.set());
    batch.begin("line");
    for (const std::string_view user : {"first", "second"}) batch.set(Field::UserName, user);
    for (const std::string_view ip : {"192.0.2.1", "198.51.100.1"}) {
      batch.set(Field::SourceIp, *parse_ip(ip));
    }
    batch.end();
    const Entities entities(batch, batch.events()[0]);
    for (int time = 0; time < 2; ++time) {
      CHECK(entity_value(*entities.of(EntityType::SourceNetwork)) == "192.0.2.0/24");
      CHECK(entity_value(*entities.of(EntityType::SourceIp)) == "192.0.2.1");
      CHECK(entity_value(*entities.of(EntityType::User)) == "first");
      CHECK_FALSE(entities.of(EntityType::Host).has_value());
    }
  }

  TEST_CASE("a value of another type names nobody") {
    EventBatch batch(FieldSet{}.set());
    batch.begin("line");
    batch.set(Field::SourceIp, std::string_view("not parsed"));
    batch.set(Field::UserName, std::int64_t{7});
    batch.set(Field::HostName, std::string_view());
    batch.end();
    CHECK_FALSE(Entities(batch, batch.events()[0]).primary().has_value());
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
