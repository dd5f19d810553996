// The members of an object of a language model's spec, read one by one; what is left is a mistake.
// For the readers of this folder. Borrows the spec; belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "engine/value.hpp"

namespace millrace::ops {

/// The codes of an architecture's errors.
struct SpecCodes {
    const char* malformed = "";
    const char* range = "";  ///< a number out of range
};

/// Throws the Error; it asks to correct the spec.
[[noreturn]] void fail_spec(const char* code, std::string what, std::string expected,
                            std::string found);

class SpecMembers {
public:
    /// `where` names the object in errors. Throws the code for malformed specs unless it is one, as
    /// all members do for another kind of value.
    SpecMembers(const engine::Value& value, std::string where, SpecCodes codes);

    /// Null where there is none.
    const engine::Value* any(const std::string& name);
    /// Without a default it must be there. Throws the code for ranges outside [least, most].
    std::int64_t whole(const std::string& name, std::int64_t least, std::int64_t most,
                       std::optional<std::int64_t> otherwise = {});

    enum class Null { Refused, Infinity };
    /// Finite and above 0, or infinity for null.
    double positive(const std::string& name, double otherwise, Null null = Null::Refused);
    /// 0 to below 1.
    double share(const std::string& name, double otherwise);
    bool flag(const std::string& name, bool otherwise);

    /// The enumerator whose word stands there, numbered as `known`; the first without one.
    template <class Word>
    Word word(const std::string& name, std::initializer_list<const char*> known) {
        return static_cast<Word>(place(name, known));
    }
    /// It must be there and be this word.
    void only(const std::string& name, const char* word);

    /// Bits among `allowed`; `off` for none, the default.
    int bits(const std::string& name, std::span<const int> allowed, int off);

    /// Throws where a member has not been asked for.
    void finish() const;

private:
    std::ptrdiff_t place(const std::string& name, std::initializer_list<const char*> known);
    [[noreturn]] void wrong(const std::string& name, const char* expected,
                            const engine::Value& value) const;

    std::map<std::string, const engine::Value*, std::less<>> left_;
    std::string where_;
    SpecCodes codes_;
};

}  // namespace millrace::ops
