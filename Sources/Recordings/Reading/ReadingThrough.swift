/// Somebody who reads a source once from front to back, and says so: if the store is on another machine, it is asked ahead from the first
/// read on, so that the line is always busy.
public final class ReadingThrough: Sendable {
    /// Bytes of the store that are under way or have come and are not read yet, at most.
    private static let byteBudget = 16 << 20
    /// Bytes of the source that are asked for ahead however slow the line is.
    private static let leastDepth = 1 << 20

    private let prefetcher: Prefetcher
    private let reader: Prefetcher.Reader

    /// Somebody who reads the bytes `range` of `source`; nil if the store is on this machine.
    public init?(_ source: any ReadAheadSource, _ range: Range<UInt64>) {
        guard let requests = source.requestsAtOnce else { return nil }
        prefetcher = Prefetcher(
            threads: 0, byteBudget: Self.leastDepth,
            line: Prefetcher.Line(requests: requests, byteBudget: Self.byteBudget))
        guard let reader = prefetcher.reader(of: source, fromFrontToBack: range) else { return nil }
        self.reader = reader
    }

    deinit {
        reader.end()
    }

    /// Is to be called with the bytes `range` of the source before they are read.
    public func willRead(_ range: Range<UInt64>) {
        prefetcher.note(range, by: reader)
    }
}
