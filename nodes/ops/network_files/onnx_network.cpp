#include "nodes/ops/network_files/onnx_network.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <mutex>
#include <new>
#include <numeric>
#include <utility>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

/// Blobs of one call, as OpenCV estimates them; more is a file that lies, or another machine's.
constexpr std::size_t kMostBlobBytes = std::size_t{8} << 30;

[[noreturn]] void refuse(const char* code, std::string what, std::string expected,
                         std::string found, std::string mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = std::move(mend)});
}

/// OpenCV's sentence, without the places in its sources.
std::string reason_of(const std::exception& error) {
    std::string text = error.what();
    if (const auto* own = dynamic_cast<const cv::Exception*>(&error); own && !own->err.empty())
        text = own->err;
    std::ranges::replace(text, '\n', ' ');
    constexpr std::size_t kMost = 300;
    return text.size() > kMost ? text.substr(0, kMost) + " …" : text;
}

/// Whatever a library throws at a file becomes the one problem.
template <class Work>
auto guarded(const char* code, const std::string& what, const std::string& expected,
             const Work& work) {
    std::string found;
    try {
        return work();
    } catch (const engine::Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        found = "memory ran out";
    } catch (const std::exception& error) {
        found = reason_of(error);
    }
    refuse(code, what, expected, std::move(found),
           "Export the model with fixed shapes and plain operators (opset 9 to 13), or as "
           "TorchScript.");
}

cv::Mat matrix_of(const at::Tensor& tensor) {
    std::vector<int> shape;
    for (const std::int64_t length : tensor.sizes()) shape.push_back(static_cast<int>(length));
    while (shape.size() < 2) shape.push_back(1);  // OpenCV's matrices have two dimensions at least
    cv::Mat matrix(shape, CV_32F);
    const at::Tensor whole = tensor.contiguous();
    std::memcpy(matrix.data, whole.data_ptr(), whole.nbytes());
    return matrix;
}

at::Tensor tensor_of(const cv::Mat& given, const TensorPort& port) {
    cv::Mat matrix;
    if (given.depth() == CV_32F && given.isContinuous())
        matrix = given;
    else
        given.convertTo(matrix, CV_32F);
    std::vector<std::int64_t> shape;
    for (int i = 0; i < matrix.dims; ++i) shape.push_back(matrix.size[i]);
    // What has fewer dimensions than OpenCV's matrices comes with ones behind.
    if (port.shape && port.shape->size() < 2) {
        while (shape.size() > port.shape->size() && shape.back() == 1) shape.pop_back();
    }
    at::Tensor tensor = at::empty(shape, at::kFloat);
    if (tensor.numel() > 0) std::memcpy(tensor.data_ptr(), matrix.data, tensor.nbytes());
    return tensor;
}

}  // namespace

struct OnnxNetwork::Inside {
    std::string bytes;
    OnnxFile file;
    std::vector<TensorPort> inputs, outputs;
    std::vector<cv::String> names;  ///< of the outputs, for which OpenCV makes layers
    std::mutex mutex;
    std::vector<cv::dnn::Net> idle;

    cv::dnn::Net read() const {
        return guarded("E-ONNX-005", "OpenCV can't read this network",
                       fmt::format("operators that OpenCV {} reads", CV_VERSION), [&] {
                           cv::dnn::Net net = cv::dnn::readNetFromONNX(bytes.data(), bytes.size());
                           net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
                           net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
                           return net;
                       });
    }

    cv::dnn::Net take() {
        {
            const std::scoped_lock lock(mutex);
            if (!idle.empty()) {
                cv::dnn::Net net = std::move(idle.back());
                idle.pop_back();
                return net;
            }
        }
        return read();
    }

    void check_memory(const cv::dnn::Net& net, const std::vector<at::Tensor>& tensors) const {
        std::vector<cv::dnn::MatShape> shapes;
        for (const std::string& name : names_of_file()) {
            const std::size_t place = place_of(name);
            cv::dnn::MatShape shape;
            for (const std::int64_t length : tensors[place].sizes())
                shape.push_back(static_cast<int>(length));
            while (shape.size() < 2) shape.push_back(1);
            shapes.push_back(std::move(shape));
        }
        std::size_t weights = 0, blobs = 0;
        net.getMemoryConsumption(shapes, weights, blobs);
        if (blobs > kMostBlobBytes)
            refuse("E-ONNX-008", "The network takes too much memory",
                   fmt::format("{} bytes at most", kMostBlobBytes), fmt::format("{}", blobs),
                   "Give it smaller inputs.");
    }

    std::vector<std::string> names_of_file() const {
        std::vector<std::string> names;
        for (const TensorPort& port : file.inputs) names.push_back(port.name);
        return names;
    }

    std::size_t place_of(const std::string& name) const {
        return static_cast<std::size_t>(std::ranges::find(inputs, name, &TensorPort::name) -
                                        inputs.begin());
    }
};

OnnxNetwork::OnnxNetwork(std::string bytes, const std::vector<TensorPort>& inputs,
                         const std::vector<TensorPort>& outputs)
    : inside_(std::make_unique<Inside>()) {
    Inside& in = *inside_;
    in.bytes = std::move(bytes);
    in.file = read_onnx(in.bytes);
    in.inputs = agreed_ports(inputs, in.file.inputs, "input");
    if (in.inputs.size() != in.file.inputs.size()) {
        std::vector<std::string> all;
        for (const TensorPort& port : in.file.inputs) all.push_back(to_text(port));
        refuse("E-ONNX-007", "An input of the network is not declared",
               fmt::format("{}", fmt::join(all, "; ")), fmt::format("{} of them", inputs.size()),
               "Declare all of them, or none.");
    }
    for (const TensorPort& port : in.inputs) {
        if (port.type != at::kFloat)
            refuse("E-ONNX-006", "OpenCV computes in float32 alone", "float32 inputs",
                   to_text(port), "Export the model with float32 inputs, or as TorchScript.");
    }
    in.outputs = agreed_ports(outputs, in.file.outputs, "output");
    for (TensorPort& port : in.outputs) {
        in.names.emplace_back(port.name);
        port.type = at::kFloat;  // integers of the file, too, leave as floats
    }
    in.idle.push_back(in.read());
}

OnnxNetwork::~OnnxNetwork() = default;

const OnnxFile& OnnxNetwork::file() const { return inside_->file; }
const std::vector<TensorPort>& OnnxNetwork::inputs() const { return inside_->inputs; }
const std::vector<TensorPort>& OnnxNetwork::outputs() const { return inside_->outputs; }

std::vector<at::Tensor> OnnxNetwork::run(const std::vector<at::Tensor>& inputs) const {
    Inside& in = *inside_;
    for (std::size_t i = 0; i < in.inputs.size(); ++i) {
        check_tensor(in.inputs[i], inputs.at(i), "input");
        if (inputs[i].numel() == 0)
            refuse("E-PORT-005", "The tensor does not fit this input of the network",
                   to_text(in.inputs[i]), "an empty tensor", "Give it numbers.");
    }
    cv::dnn::Net net = in.take();
    std::vector<at::Tensor> outputs = guarded(
        "E-ONNX-008", "OpenCV can't run this network", "inputs that its operators take", [&] {
            in.check_memory(net, inputs);
            for (std::size_t i = 0; i < in.inputs.size(); ++i)
                net.setInput(matrix_of(inputs[i]), in.inputs[i].name);
            std::vector<cv::Mat> given;
            net.forward(given, in.names);
            std::vector<at::Tensor> made;
            for (std::size_t i = 0; i < in.outputs.size(); ++i)
                made.push_back(tensor_of(given.at(i), in.outputs[i]));
            return made;
        });
    {
        // After a failure the net is dropped: its insides may be half done.
        const std::scoped_lock lock(in.mutex);
        in.idle.push_back(std::move(net));
    }
    for (std::size_t i = 0; i < outputs.size(); ++i)
        check_tensor(in.outputs[i], outputs[i], "output");
    return outputs;
}

void set_opencv_threads(int threads) {
    // Setting it anew ends OpenCV's threads, so only where it differs.
    if (cv::getNumThreads() != threads) cv::setNumThreads(threads);
}

}  // namespace millrace::ops
