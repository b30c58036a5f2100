// The tables of the database and their version.
#pragma once

#include "base/result.h"
#include "store/database.h"

namespace vedette::store {

/// "VEDT": tells our databases from other programs'.
inline constexpr int kApplicationId = 0x56454454;
/// Grows with every change of the tables or of what their values mean; older ones are brought
/// forward.
inline constexpr int kSchemaVersion = 2;

/// Makes the tables in an empty database; brings its own forward to this version, in one
/// transaction for each step; refuses all else.
Result<void> prepare_schema(Database& database);
/// Refuses what is not a database of this version. For readers, who change nothing.
Result<void> check_schema(Database& database);

}  // namespace vedette::store
