#include "engine/change.h"

#include "base/json_writer.h"
#include "base/utf8.h"
#include "engine/threat_queue.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::engine {
namespace {

Error invalid(std::string what) {
  return {Errc::ChangeInvalid, std::move(what)};
}

Result<void> check_text(std::string_view name, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return invalid(fmt::format("{}: longer than {} bytes", name, bytes_max));
  }
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
  });
  if (control) return invalid(fmt::format("{}: control characters", name));
  return {};
}

Result<void> check(const Change& change) {
  VD_CHECK(check_text("who", change.who, kAssigneeBytesMax));
  VD_CHECK(check_text("reason", change.reason, kReasonBytesMax));
  if (change.assignee) VD_CHECK(check_text("assignee", *change.assignee, kAssigneeBytesMax));
  for (const std::string& tag : change.tags_added) {
    VD_CHECK(check_text("tags", tag, kTagBytesMax));
    if (tag.empty()) return invalid("tags: one is empty");
  }
  if (change.note) {
    VD_CHECK(check_text("note", *change.note, kReasonBytesMax));
    if (change.note->empty()) return invalid("note: it is empty");
  }
  if (change.status == Status::Duplicate) {
    return invalid("status: a duplicate is made by merging it into the other threat");
  }
  const bool anything = change.status || change.assignee || change.note || change.snoozed_until ||
                        change.merge_into || change.unmerge || !change.tags_added.empty() ||
                        !change.tags_removed.empty();
  if (!anything) return invalid("nothing is to be changed");
  return {};
}

/// {"name":"value"}
std::string object(std::string_view name, std::string_view value) {
  std::string json;
  JsonWriter(json).begin_object().field(name, value).end_object();
  return json;
}

std::string tags_object(const std::vector<std::string>& tags) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("tags").begin_array();
  for (const std::string& tag : tags) writer.string(tag);
  writer.end_array().end_object();
  return json;
}

std::string time_object(std::string_view name, Time time) {
  std::string json;
  JsonWriter(json).begin_object().field(name, time).end_object();
  return json;
}

/// Writes what becomes of one threat down, aspect by aspect.
class Scribe {
 public:
  Scribe(const Change& change, std::uint64_t entity_hash, Time now)
      : change_(change), entity_hash_(entity_hash), now_(now) {}

  void note(std::string action, std::string before, std::string after) {
    if (before == after) return;
    entries_.push_back({.at = now_,
                        .who = change_.who,
                        .action = std::move(action),
                        .entity_hash = entity_hash_,
                        .reason = change_.reason,
                        .before = std::move(before),
                        .after = std::move(after)});
  }
  std::vector<AuditEntry>& entries() { return entries_; }

 private:
  const Change& change_;
  std::uint64_t entity_hash_;
  Time now_;
  std::vector<AuditEntry> entries_;
};

Result<void> apply_tags(Workflow& workflow, const Change& change) {
  std::vector<std::string> tags = workflow.tags;
  tags.insert(tags.end(), change.tags_added.begin(), change.tags_added.end());
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  std::erase_if(tags, [&](const std::string& tag) {
    return std::find(change.tags_removed.begin(), change.tags_removed.end(), tag) !=
           change.tags_removed.end();
  });
  if (tags.size() > kTagsMax) return invalid(fmt::format("tags: more than {}", kTagsMax));
  workflow.tags = std::move(tags);
  return {};
}

}  // namespace

Result<ThreatHead> Draft::head(std::uint64_t entity_hash) {
  if (const auto known = changed_.find(entity_hash); known != changed_.end()) {
    return known->second.after;
  }
  VD_TRY(auto head, queue_.head_of(entity_hash));
  if (!head) return Error{Errc::ThreatUnknown, threat_id(entity_hash)};
  return *std::move(head);
}

Result<void> Draft::merge(ThreatHead& head, const Change& change) {
  Workflow& workflow = head.workflow;
  if (change.unmerge) {
    if (workflow.merged_into == 0) return invalid("unmerge: it is not merged into any");
    workflow.status = workflow.before_merge;
    workflow.merged_into = 0;
  }
  if (!change.merge_into) return {};
  VD_TRY(ThreatHead main, this->head(*change.merge_into));
  if (main.workflow.merged_into != 0) {
    VD_TRY(main, this->head(main.workflow.merged_into));
  }
  if (main.entity_hash == head.entity_hash) return invalid("merge: a threat into itself");
  ThreatQuery children;
  children.merged_into = head.entity_hash;
  VD_TRY(const auto page, queue_.page(children, {}, 1));
  if (!page.heads.empty()) {
    return invalid(fmt::format("merge: {} is merged into it; unmerge that first",
                               threat_id(page.heads[0].entity_hash)));
  }
  if (workflow.merged_into == 0) workflow.before_merge = workflow.status;
  workflow.merged_into = main.entity_hash;
  workflow.status = Status::Duplicate;
  return {};
}

Result<ThreatHead> Draft::change(std::uint64_t entity_hash, const Change& change) {
  VD_CHECK(check(change));
  VD_TRY(const ThreatHead before, head(entity_hash));
  if (change.if_version && *change.if_version != before.workflow.version) {
    return Error{Errc::ChangeConflict,
                 fmt::format("{}: version {} was seen, it is {} now", threat_id(entity_hash),
                             *change.if_version, before.workflow.version)};
  }
  ThreatHead after = before;
  Workflow& workflow = after.workflow;
  const Workflow& old = before.workflow;
  VD_CHECK(merge(after, change));
  if (change.status) {
    workflow.status = *change.status;
    workflow.merged_into = 0;
  }
  if (workflow.status != old.status) workflow.reason = change.reason;
  if (change.assignee) workflow.assignee = *change.assignee;
  VD_CHECK(apply_tags(workflow, change));
  if (change.snoozed_until) {
    if (*change.snoozed_until != Time{} && *change.snoozed_until <= now_) {
      return invalid("snoozed_until: that time has passed");
    }
    workflow.snoozed_until = *change.snoozed_until;
    workflow.snooze_reason = *change.snoozed_until == Time{} ? "" : change.reason;
  }
  Scribe scribe(change, entity_hash, now_);
  scribe.note(workflow.merged_into != old.merged_into
                  ? (workflow.merged_into != 0 ? "merge" : "unmerge")
                  : "status",
              object("status", to_string(old.status)),
              workflow.merged_into != 0 && workflow.merged_into != old.merged_into
                  ? object("merged_into", threat_id(workflow.merged_into))
                  : object("status", to_string(workflow.status)));
  scribe.note("assign", object("assignee", old.assignee), object("assignee", workflow.assignee));
  scribe.note("tag", tags_object(old.tags), tags_object(workflow.tags));
  scribe.note("snooze", time_object("snoozed_until", old.snoozed_until),
              time_object("snoozed_until", workflow.snoozed_until));
  if (change.note) {
    scribe.note("note", {}, object("note", *change.note));
    scribe.entries().back().reason = *change.note;
  }
  if (scribe.entries().empty()) return before;  // everything is so already
  ++workflow.version;
  workflow.touched = now_;
  workflow.tier = Tier::Working;
  workflow.tier_reason.clear();
  auto& entries = scribe.entries();
  commit_.audit.insert(commit_.audit.end(), entries.begin(), entries.end());
  const auto [at, is_first] = changed_.try_emplace(entity_hash, Changed{before, {}});
  at->second.after = after;
  return after;
}

}  // namespace vedette::engine
