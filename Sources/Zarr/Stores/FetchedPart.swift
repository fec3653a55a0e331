import Support
import Synchronization

/// A part of a value that is read in advance: still under way, or in memory.
final class FetchedPart: Sendable {
    /// What was read.
    struct Content: Sendable {
        let bytes: Block
        /// The place of the first of them in the value.
        let start: UInt64
        /// The value.
        let info: ValueInfo

        /// The bytes of the value that these are.
        var range: Range<UInt64> { start..<start + UInt64(bytes.count) }

        /// The bytes of `part`, which these have.
        func bytes(_ part: Range<UInt64>) -> UnsafeRawBufferPointer {
            let first = Int(part.lowerBound - start)
            return UnsafeRawBufferPointer(rebasing: bytes.bytes[first..<first + part.count])
        }
    }

    enum Outcome: Sendable {
        case content(Content)
        /// There is no value.
        case absent
        case failed(StoreError)
    }

    private enum State {
        case underWay(waiting: [Semaphore])
        case settled(Outcome)
    }

    /// What was asked for.
    let request: ValueRequest
    /// What it is read for.
    let owner: ObjectIdentifier
    private let state = Mutex(State.underWay(waiting: []))

    /// What `request` asks for, which is under way.
    init(_ request: ValueRequest, for owner: ObjectIdentifier) {
        self.request = request
        self.owner = owner
    }

    /// What came of it; nil as long as it is under way.
    var outcome: Outcome? {
        state.withLock { state in
            guard case .settled(let outcome) = state else { return nil }
            return outcome
        }
    }

    /// Waits until it is settled, and returns what came of it; nil if the work of this thread was cancelled before.
    func wait() -> Outcome? {
        let semaphore = state.withLock { state -> Semaphore? in
            guard case .underWay(let waiting) = state else { return nil }
            let semaphore = Semaphore()
            state = .underWay(waiting: waiting + [semaphore])
            return semaphore
        }
        guard semaphore?.waitUnlessCancelled() ?? true else { return nil }
        return outcome
    }

    /// Ends all waits.
    func settle(_ outcome: Outcome) {
        let waiting = state.withLock { state -> [Semaphore] in
            defer { state = .settled(outcome) }
            guard case .underWay(let waiting) = state else { return [] }
            return waiting
        }
        for semaphore in waiting { semaphore.signal() }
    }

    /// Whether it has, or may have when it is settled, all that `request` asks for.
    func mayServe(_ request: ValueRequest) -> Bool {
        switch outcome {
        case .failed: return false
        case .absent: return true
        case .content(let content): return content.serves(request)
        case nil:
            if self.request.part == request.part { return true }
            guard case .range(let asked) = request.part, let range = range(for: request) else { return false }
            return range.lowerBound <= asked.lowerBound && asked.upperBound <= range.upperBound
        }
    }

    /// The bytes that it has, or may have when it is settled, of the version that `request` asks for; nil if it is not known which.
    func range(for request: ValueRequest) -> Range<UInt64>? {
        switch outcome {
        case .failed, .absent: return nil
        case .content(let content):
            return request.version == nil || request.version == content.info.version ? content.range : nil
        case nil:
            guard case .range(let range) = self.request.part,
                self.request.version == nil || request.version == nil || request.version == self.request.version
            else { return nil }
            return range
        }
    }
}

extension FetchedPart.Content {
    /// Whether it has all that `request` asks for.
    func serves(_ request: ValueRequest) -> Bool {
        guard request.version == nil || request.version == info.version,
            let range = try? request.part.range(of: info.size, request.key)
        else { return false }
        return range.isEmpty || self.range.lowerBound <= range.lowerBound && range.upperBound <= self.range.upperBound
    }
}
