#include "sigma/correlation.h"

#include "base/hash.h"
#include "sigma/compile.h"
#include "sigma/evaluate.h"

namespace vedette::sigma {
namespace {

std::uint64_t hash_of(const IpAddress& ip) {
  return hash64({reinterpret_cast<const char*>(ip.bytes.data()), ip.bytes.size()});
}

}  // namespace

std::optional<std::uint64_t> value_hash(const EventBatch& batch, const Event& event, Field field) {
  if (field == kOriginal) return hash64(event.raw);
  if (index(field) >= kFieldsMax) return {};
  const Value* value = batch.find(event, field);
  if (value == nullptr && index(field) < kHeadFields) {
    const std::string_view text = head_text(event, field);
    if (text.empty()) return {};
    return hash64(text);
  }
  if (value == nullptr) return {};
  switch (value->type) {
    case ValueType::String:
      // An empty name is what decoders give for an unknown one: it holds no group together.
      if (value->size == 0) return {};
      return hash64(value->string());
    case ValueType::Ip:
      return hash_of(source_block(*value->ip));
    default:
      return hash64(ValueText(*value).text());
  }
}

std::optional<std::uint64_t> key_of(const Group& group, const EntityRef& entity,
                                    const EventBatch& batch, const Event& event) {
  if (group.only_without != Field::kCount && batch.find(event, group.only_without) != nullptr) {
    return {};
  }
  std::uint64_t key = group.stored_id;
  for (const Field field : group.by.fields) {
    const bool known = field == field_of(entity.type);
    const auto hash = known ? std::optional(entity.hash) : value_hash(batch, event, field);
    if (!hash) return {};
    key = hash_combine(key, *hash);
  }
  return key;
}

}  // namespace vedette::sigma
