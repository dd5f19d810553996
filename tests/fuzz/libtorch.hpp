// Lets clang compile the headers of LibTorch 1.13 as C++20 with libstdc++; included before all
// others, by the compiler's options. They use std::vector<c10::IValue> where IValue is not complete
// yet. That is well as long as no member of the vector is needed there, but clang makes the body of
// a constexpr function wherever one is named. So this vector has no constexpr function: as in
// C++17.
#pragma once

// What <vector> includes and others use as well keeps its constexpr.
#include <string>

#include <bits/range_access.h>
#include <bits/refwrap.h>
#include <bits/stl_algobase.h>
#include <bits/stl_uninitialized.h>
#include <debug/debug.h>

#ifdef _GLIBCXX_VECTOR
#error "<vector> is there already, with its constexpr functions"
#endif

#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
// Of vector<bool>: this one was declared constexpr before.
#define __fill_a1 __fill_bits_a1
#include <vector>
#undef __fill_a1
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR constexpr
