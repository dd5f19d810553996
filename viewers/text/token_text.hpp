// How a token is written so that all of it is seen: blanks, line ends, single bytes and what is no
// text. Plain functions, any thread.
#pragma once

#include <QString>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::viewers {

/// Which signs stand for blanks; they are letters of other languages, so a vocabulary must show
/// that it uses them.
enum class BlankSign {
    None,
    LowLine,   ///< SentencePiece: U+2581
    ByteLevel  ///< GPT-2: U+0120 for a blank, U+010A for a line end, U+0109 for a tab
};

BlankSign blank_sign_of(const std::vector<std::string>& tokens);

struct TokenText {
    QString shown;  ///< one line; a blank is a middle dot
    bool ends_line = false;
    bool special = false;  ///< holds signs that stand for something else, so that they are fainter
};

/// For the flow of text; at most kLongest characters.
TokenText shown_token(std::string_view token, BlankSign sign);
inline constexpr int kLongestToken = 160;

/// The token as it is, in quotation marks, with what can't be seen escaped: \n, \t, \xE2, \u202E.
QString escaped_token(std::string_view token);

/// The piece of text that the token stands for; bytes that are no text remain out.
QString plain_token(std::string_view token, BlankSign sign);

}  // namespace millrace::viewers
