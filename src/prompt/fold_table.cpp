#include "prompt/fold_table.h"

namespace vedette::prompt {

#include "prompt/fold_table.inc"

}  // namespace vedette::prompt
