// Everything a node type needs of the engine.
#pragma once

#include "engine/node/context.hpp"
#include "engine/node/generator.hpp"
#include "engine/node/plugin.hpp"
#include "engine/node/registry.hpp"
#include "engine/node/spec.hpp"
#include "engine/packet.hpp"
#include "engine/problem.hpp"
#include "engine/random.hpp"
