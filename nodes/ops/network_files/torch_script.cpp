#include "nodes/ops/network_files/torch_script.hpp"

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/script.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

namespace jit = torch::jit;

[[noreturn]] void refuse(const char* code, std::string what, std::string expected,
                         std::string found, std::string mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = std::move(mend)});
}

/// LibTorch's sentence, without the places in its sources and the program's.
std::string reason_of(const std::exception& error) {
    std::string text = error.what();
    if (const auto* own = dynamic_cast<const c10::Error*>(&error))
        text = own->what_without_backtrace();
    // An error inside of a program ends with what was wrong.
    if (const std::size_t last = text.rfind("RuntimeError: "); last != text.npos)
        text = text.substr(last);
    std::ranges::replace(text, '\n', ' ');
    constexpr std::size_t kMost = 300;
    return text.size() > kMost ? text.substr(0, kMost) + " …" : text;
}

template <class Work>
auto guarded(const char* code, const char* what, const char* expected, const char* mend,
             const Work& work) {
    std::string found;
    try {
        return work();
    } catch (const engine::Error&) {
        throw;
    } catch (const std::exception& error) {
        found = reason_of(error);
    }
    refuse(code, what, expected, std::move(found), mend);
}

bool is_tensor(const c10::TypePtr& type) { return type->isSubtypeOf(*c10::TensorType::get()); }

bool takes_tensor(const c10::TypePtr& type) {
    return is_tensor(type) || c10::TensorType::get()->isSubtypeOf(*type);
}

[[noreturn]] void no_tensors(const char* kind, const std::string& found) {
    refuse("E-TS-002", fmt::format("The program's {} are not tensors", kind),
           "tensors; results also as a tuple, a list or a dictionary by names", found,
           "Wrap the model in one whose forward method takes and gives tensors.");
}

void check_numbers(const jit::Module& module) {
    const auto check = [](const std::string& name, const at::Tensor& tensor) {
        if (!tensor.is_floating_point() || tensor.numel() == 0) return;
        if (!at::isnan(tensor).any().item<bool>()) return;
        refuse("E-TS-007", "A weight is no number", "numbers", fmt::format("NaN in \"{}\"", name),
               "Training went wrong, or the file is damaged: look at the model where it was made.");
    };
    for (const auto& [name, tensor] : module.named_parameters()) check(name, tensor);
    for (const auto& [name, tensor] : module.named_buffers()) check(name, tensor);
}

void check_random(const jit::Block& block) {
    for (const jit::Node* node : block.nodes()) {
        if (node->isNondeterministic())
            refuse("E-TS-005", "The program draws random numbers",
                   "the same outputs for the same inputs", node->kind().toQualString(),
                   "Export it for evaluation, with what is random as an input.");
        for (const jit::Block* inner : node->blocks()) check_random(*inner);
    }
}

/// What stays an attribute when all that is constant was made part of the program is written to.
void check_memory(const jit::Module& frozen) {
    for (const auto& [name, value] : frozen.named_attributes()) {
        if (value.isModule() || name == "training" || name.ends_with(".training")) continue;
        refuse("E-TS-006", "The program changes its own values as it runs",
               "a program that remembers nothing", fmt::format("\"{}\"", name),
               "Give what it remembers as an output, and back as an input.");
    }
}

std::vector<TensorPort> arguments_of(const c10::FunctionSchema& schema, bool are_required) {
    std::vector<TensorPort> ports;
    for (const c10::Argument& argument : schema.arguments()) {
        if (argument.name() == "self") continue;
        if (!takes_tensor(argument.type())) {
            if (!argument.default_value())
                no_tensors("arguments",
                           fmt::format("{} {}", argument.type()->str(), argument.name()));
            continue;
        }
        if (!are_required || !argument.default_value()) ports.push_back({.name = argument.name()});
    }
    return ports;
}

/// The results by their names, or numbered from 0; none where only a run tells how many.
std::optional<std::vector<TensorPort>> results_of(const c10::FunctionSchema& schema) {
    if (schema.returns().size() != 1) no_tensors("results", "none");
    const c10::TypePtr& type = schema.returns().front().type();
    if (is_tensor(type)) return {{{.name = "output"}}};
    if (const auto list = type->cast<c10::ListType>(); list && is_tensor(list->getElementType()))
        return {};
    if (const auto map = type->cast<c10::DictType>();
        map && is_tensor(map->getValueType()) &&
        map->getKeyType()->kind() == c10::TypeKind::StringType)
        return {};
    const auto tuple = type->cast<c10::TupleType>();
    if (!tuple) no_tensors("results", type->str());
    std::vector<TensorPort> ports;
    for (std::size_t i = 0; i < tuple->elements().size(); ++i) {
        if (!is_tensor(tuple->elements()[i])) no_tensors("results", type->str());
        ports.push_back({.name = tuple->schema() ? tuple->schema()->arguments()[i].name()
                                                 : fmt::format("output_{}", i)});
    }
    if (ports.empty()) no_tensors("results", "an empty tuple");
    return ports;
}

[[noreturn]] void other_count(std::size_t expected, std::size_t found) {
    refuse("E-TS-004", "The program gives another number of outputs",
           fmt::format("{}, as declared", expected), fmt::format("{}", found),
           "Declare as many outputs as the program gives.");
}

}  // namespace

struct TorchScript::Inside {
    jit::Module module;
    std::vector<TensorPort> inputs, outputs;

    void choose_outputs(const std::vector<TensorPort>& declared) {
        const c10::FunctionSchema& schema = module.get_method("forward").function().getSchema();
        const auto results = results_of(schema);
        if (!results) {
            if (declared.empty() && schema.returns().front().type()->cast<c10::DictType>())
                refuse("E-TS-004", "The program gives its outputs by names",
                       "the names in \"outputs\"", "none", "Declare those that are wanted.");
            outputs = declared;
            return;
        }
        const auto tuple = schema.returns().front().type()->cast<c10::TupleType>();
        if (tuple && tuple->schema()) {
            outputs = agreed_ports(declared, *results, "output");
            return;
        }
        // Results without names take the declared ones in their order.
        if (!declared.empty() && declared.size() != results->size())
            other_count(declared.size(), results->size());
        outputs = declared.empty() ? *results : declared;
    }

    std::vector<at::Tensor> picked(const at::IValue& value) const {
        std::vector<at::Tensor> found;
        if (value.isTensor()) {
            found = {value.toTensor()};
        } else if (value.isTensorList()) {
            found = value.toTensorVector();
        } else if (value.isGenericDict()) {
            return by_key(value.toGenericDict());
        } else if (value.isTuple()) {
            const auto type = value.type()->cast<c10::TupleType>();
            const auto& elements = value.toTupleRef().elements();
            if (type && type->schema()) return by_name(*type->schema(), elements);
            for (const at::IValue& element : elements) found.push_back(element.toTensor());
        }
        return found;
    }

    std::vector<at::Tensor> by_key(const c10::Dict<at::IValue, at::IValue>& map) const {
        std::vector<at::Tensor> found;
        for (const TensorPort& port : outputs) {
            const auto entry = map.find(at::IValue(port.name));
            if (entry == map.end()) {
                std::vector<std::string> names;
                for (const auto& other : map) names.push_back(other.key().toStringRef());
                std::ranges::sort(names);
                refuse("E-PORT-003", "The program gives no output of this name",
                       fmt::format("{}", fmt::join(names, ", ")), port.name,
                       "Correct \"outputs\".");
            }
            found.push_back(entry->value().toTensor());
        }
        return found;
    }

    template <class Elements>
    std::vector<at::Tensor> by_name(const c10::FunctionSchema& schema,
                                    const Elements& elements) const {
        std::vector<at::Tensor> found;
        for (const TensorPort& port : outputs) {
            for (std::size_t i = 0; i < elements.size(); ++i) {
                if (schema.arguments()[i].name() == port.name)
                    found.push_back(elements[i].toTensor());
            }
        }
        return found;
    }
};

TorchScript::TorchScript(const std::string& bytes, const std::vector<TensorPort>& inputs,
                         const std::vector<TensorPort>& outputs)
    : inside_(std::make_unique<Inside>()) {
    constexpr const char* kMend =
        "Save the model with torch.jit.script or torch.jit.trace and torch.jit.save; one of "
        "torch.save alone has no program.";
    guarded("E-TS-001", "The file is no TorchScript model", "an archive of torch.jit.save", kMend,
            [&] {
                std::istringstream stream(bytes);
                jit::Module loaded = jit::load(stream, at::kCPU);
                if (!loaded.find_method("forward"))
                    refuse("E-TS-001", "The file is no TorchScript model", "a method \"forward\"",
                           "none", kMend);
                loaded.eval();
                check_numbers(loaded);
                const at::NoGradGuard no_gradients;
                inside_->module = jit::freeze_module(loaded);
            });
    const jit::Method forward = inside_->module.get_method("forward");
    check_memory(inside_->module);
    check_random(*forward.graph()->block());
    const c10::FunctionSchema& schema = forward.function().getSchema();
    const std::vector<TensorPort> required = arguments_of(schema, true);
    inside_->inputs =
        inputs.empty() ? required : agreed_ports(inputs, arguments_of(schema, false), "input");
    for (const TensorPort& port : required) {
        if (std::ranges::find(inside_->inputs, port.name, &TensorPort::name) ==
            inside_->inputs.end())
            refuse("E-TS-003", "An input of the program is not declared", port.name,
                   "not in the list", "Declare all of them, or none.");
    }
    inside_->choose_outputs(outputs);
}

TorchScript::~TorchScript() = default;

const std::vector<TensorPort>& TorchScript::inputs() const { return inside_->inputs; }
const std::vector<TensorPort>& TorchScript::outputs() const { return inside_->outputs; }

std::vector<at::Tensor> TorchScript::run(const std::vector<at::Tensor>& inputs) const {
    const Inside& in = *inside_;
    const at::NoGradGuard no_gradients;
    jit::Kwargs arguments;
    for (std::size_t i = 0; i < in.inputs.size(); ++i) {
        check_tensor(in.inputs[i], inputs.at(i), "input");
        // A program may write to what it is given, which others hold, too.
        arguments[in.inputs[i].name] = inputs[i].detach().clone();
    }
    std::vector<at::Tensor> outputs =
        guarded("E-TS-008", "The program of the network fails", "inputs that it takes",
                "Look at the shapes and types it is given; declare them in \"inputs\".", [&] {
                    std::vector<at::Tensor> found =
                        in.picked(in.module.get_method("forward")({}, arguments));
                    for (at::Tensor& tensor : found)
                        tensor = tensor.detach().to(at::kCPU).contiguous();
                    return found;
                });
    if (!in.outputs.empty() && outputs.size() != in.outputs.size())
        other_count(in.outputs.size(), outputs.size());
    for (std::size_t i = 0; i < in.outputs.size(); ++i)
        check_tensor(in.outputs[i], outputs[i], "output");
    return outputs;
}

}  // namespace millrace::ops
