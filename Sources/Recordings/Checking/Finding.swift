import Support
import Zarr

/// Something that a check has to say about a store.
public struct Finding: Sendable, CustomStringConvertible {
    /// How much it matters.
    public enum Kind: String, Sendable {
        /// The store is not what it should be.
        case fault
        /// What could not be looked at: neither good nor bad.
        case unchecked
        /// What is as it may be, and good to know.
        case note
    }

    /// Whether the store can be put right without the source.
    public enum Repair: String, Sendable {
        case impossible, possible, done
    }

    /// How much it matters.
    public let kind: Kind
    /// The path of the recording, or of the group; empty for the root.
    public let recording: String
    /// The decoded samples (of one channel, before anything is cut off) that are concerned; nil where it is all of them, or none.
    public let samples: Range<UInt64>?
    /// What is the matter.
    public let problem: String
    /// Whether it can be put right.
    public internal(set) var repair = Repair.impossible

    /// One line: where, which samples, what.
    public var description: String {
        let place = "/\(recording)"
        guard let samples else { return "\(place): \(problem)" }
        return "\(place): samples \(samples.lowerBound)..<\(samples.upperBound): \(problem)"
    }

    init(
        _ kind: Kind, _ problem: String, recording: String, samples: Range<UInt64>? = nil,
        repair: Repair = .impossible
    ) {
        self.kind = kind
        self.problem = problem
        self.recording = recording
        self.samples = samples
        self.repair = repair
    }

    /// What `error` says: a fault of the store, or that it could not be looked at.
    init(_ error: RecordingError) {
        let problem = error.cause.map { "\(error.problem): \($0)" } ?? error.problem
        self.init(Self.kind(of: error), problem, recording: error.recording, samples: error.samples)
    }

    /// What the system refuses, and what is Zarr but not supported here, says nothing about the store.
    static func kind(of error: any Error) -> Kind {
        var next: (any Error)? = error
        while let error = next {
            if error is SystemError { return .unchecked }
            if let error = error as? ZarrError, error.kind == .unsupported { return .unchecked }
            next = (error as? any DescribedError)?.cause
        }
        return .fault
    }
}
