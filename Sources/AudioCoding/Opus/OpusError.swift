import COpus
import Support

/// A call of libopus that failed.
struct OpusError: DescribedError {
    /// The function.
    let call: String
    /// What it returned.
    let code: Int32

    var summary: String { "\(String(cString: opus_strerror(code))) (\(call))" }
}
