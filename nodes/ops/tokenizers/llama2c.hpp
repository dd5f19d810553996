// Recognition of llama2.c's tokenizer.bin, for the loader. Any thread.
#pragma once

#include <string_view>

namespace millrace::ops {

/// Whether the records that the file claims end exactly at its end.
bool is_llama2c(std::string_view bytes);

}  // namespace millrace::ops
