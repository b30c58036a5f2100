// By what several logs are read side by side: the times of their lines.
#pragma once

#include "model/field.h"
#include "source/source_set.h"

namespace vedette::cli {

/// Options for sources that are scanned; the fields must live as long.
source::SourceOptions with_times(const FieldTable& fields);

}  // namespace vedette::cli
