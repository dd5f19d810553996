// A network of a TorchScript archive, run by LibTorch. A TorchScript file is a program: it is
// loaded from trusted places only. Immutable for its users; calls may come from several threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nodes/ops/network_files/tensor_port.hpp"

namespace millrace::ops {

class TorchScript {
public:
    /// Loads the archive's forward method for evaluation. Empty `inputs` mean the method's tensors
    /// without a default value, by their names; empty `outputs` mean what it returns. Throws Error
    /// E-TS-001 for what is no archive, E-TS-002 for a method whose arguments or results are not
    /// tensors, E-TS-003 for an argument left out, E-TS-004 for another number of outputs, E-TS-005
    /// for a program that draws random numbers, E-TS-006 for one that changes its own values,
    /// E-TS-007 for weights that are no numbers, and as agreed_ports() does.
    TorchScript(const std::string& bytes, const std::vector<TensorPort>& inputs,
                const std::vector<TensorPort>& outputs);
    ~TorchScript();
    TorchScript(const TorchScript&) = delete;
    TorchScript& operator=(const TorchScript&) = delete;

    const std::vector<TensorPort>& inputs() const;
    /// Empty where the file does not tell how many there are, and none are declared.
    const std::vector<TensorPort>& outputs() const;

    /// Runs tensors in the order of inputs(), without gradients; the outputs in the order of
    /// outputs(). Throws Error E-PORT-005 for a tensor that does not fit and for an output that is
    /// not as declared, E-TS-004 for another number of outputs, E-TS-008 where the program fails.
    std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace millrace::ops
