import Support

/// The parsers of bytes that are not ours, by the names under which they are fuzzed. Each takes any bytes, and may do anything with them but
/// trap, hang, or take memory without bound.
enum Parsers {
    typealias Parser = @Sendable ([UInt8]) -> Void

    /// The parser that this process fuzzes. Written once, before libFuzzer starts.
    nonisolated(unsafe) static var chosen: Parser = { _ in }

    static let all: [String: Parser] = [audio, stored, texts, remote].reduce(into: [:]) { $0.merge($1) { $1 } }
}
