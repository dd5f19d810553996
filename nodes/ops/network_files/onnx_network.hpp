// A network of an ONNX file, run by OpenCV's dnn module in float32. Immutable for its users: calls
// may come from several threads, each of which works on a copy of its own that is kept for the next
// call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nodes/ops/network_files/onnx_file.hpp"
#include "nodes/ops/network_files/tensor_port.hpp"

namespace millrace::ops {

class OnnxNetwork {
public:
    /// Reads and checks the file. Empty lists of ports mean those of the file; else inputs must be
    /// all that the file has, in any order, and outputs are some of them. Throws Error as
    /// read_onnx() and agreed_ports() do, E-ONNX-005 for what OpenCV can't read, E-ONNX-006 for an
    /// input that is not float32, E-ONNX-007 for inputs that are left out.
    OnnxNetwork(std::string bytes, const std::vector<TensorPort>& inputs,
                const std::vector<TensorPort>& outputs);
    ~OnnxNetwork();
    OnnxNetwork(const OnnxNetwork&) = delete;
    OnnxNetwork& operator=(const OnnxNetwork&) = delete;

    const OnnxFile& file() const;
    const std::vector<TensorPort>& inputs() const;
    const std::vector<TensorPort>& outputs() const;

    /// Runs float32 tensors in the order of inputs(); the outputs are float32 in the order of
    /// outputs(). Throws Error E-PORT-005 for a tensor that does not fit and for an output that is
    /// not as declared, E-ONNX-008 where OpenCV fails.
    std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const;

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

/// Sets how many threads OpenCV's functions take, for the whole process. Not while one runs.
void set_opencv_threads(int threads);

}  // namespace millrace::ops
