import Support
import Zarr

/// Something that a check reports about a store.
public struct Finding: Sendable, CustomStringConvertible {
    /// How much it matters.
    public enum Kind: String, Sendable {
        /// The store is not what it should be.
        case fault
        /// Something could not be checked.
        case unchecked
        /// The store is valid; this is worth knowing.
        case note
    }

    /// Whether the store can be repaired without the source.
    public enum Repair: String, Sendable {
        case impossible, possible, done
    }

    /// How much it matters.
    public let kind: Kind
    /// The path of the recording, or of the group; empty for the root.
    public let recording: String
    /// The decoded samples (of one channel, before any are cut off) that this concerns; nil if it concerns all of them, or none.
    public let samples: Range<UInt64>?
    /// What is wrong.
    public let problem: String
    /// If it is about chunks that a plain array leaves out: how many. They are the fill value.
    public internal(set) var absentChunkCount: UInt64?
    /// Whether it can be repaired, or was.
    public internal(set) var repair = Repair.impossible

    /// One line: the recording, the samples, the problem.
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

    /// A finding of `error`: a fault of the store, or something that could not be checked.
    init(_ error: RecordingError) {
        let problem = error.cause.map { "\(error.problem): \($0)" } ?? error.problem
        self.init(Self.kind(of: error), problem, recording: error.recording, samples: error.samples)
    }

    /// `unchecked` for what could not be read, and for Zarr that is not supported, which say nothing about what is in the store.
    static func kind(of error: any Error) -> Kind {
        if error.isOfReading { return .unchecked }
        var next: (any Error)? = error
        while let error = next {
            if let error = error as? ZarrError, error.kind == .unsupported { return .unchecked }
            next = (error as? any DescribedError)?.cause
        }
        return .fault
    }
}

extension Error {
    /// Whether the store could not be read, whatever is in it: the system failed, or does not permit it, or the store changed. It may be
    /// otherwise another time.
    var isOfReading: Bool {
        var next: (any Error)? = self
        while let error = next {
            if error is SystemError { return true }
            if let error = error as? StoreError {
                switch error.kind {
                case .denied, .forbidden, .failed, .changed: return true
                case .cutShort, .tooLarge: break
                }
            }
            next = (error as? any DescribedError)?.cause
        }
        return false
    }
}
