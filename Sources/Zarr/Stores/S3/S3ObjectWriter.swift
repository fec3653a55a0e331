import Glibc
import S3
import Support
import Synchronization

/// An object that is being written from its first byte to its last: by one request if it is short, else in parts, which are sent while the next
/// ones are written. It appears as a whole, once it is settled.
///
/// It has a part in memory, and those that are being sent. If its start may be overwritten, its first part is kept, too, and sent last.
final class S3ObjectWriter: NewValue, Sendable {
    /// A request, and its result once it was sent.
    private final class Sending<Value: Sendable>: Sendable {
        private let result = SingleFlight<Result<Value, S3Error>>()
        private let send: @Sendable () throws(S3Error) -> Value

        init(_ send: @escaping @Sendable () throws(S3Error) -> Value) {
            self.send = send
        }

        /// Sends it, unless that was done, or waits if another thread does it.
        func get() -> Result<Value, S3Error> {
            result.get { Result { () throws(S3Error) in try send() } }
        }
    }

    private struct State {
        var byteCount = 0
        /// What is to be sent next.
        var buffer: [UInt8] = []
        /// The first part, if its start may be overwritten and there are others.
        var first: [UInt8]?
        var parts: [Sending<S3Objects.Part>] = []
        var isFinished = false
        /// What makes the object appear.
        var whole: Sending<String>?
        var failure: S3Error?

        /// The number of the next part.
        var nextNumber: Int { parts.count + (first == nil ? 1 : 2) }
    }

    /// The key in the store.
    private let key: String
    /// The key in the bucket.
    let objectKey: String
    private let objects: S3Objects
    private let uploads: S3Uploads
    private let isStartOpen: Bool
    private let upload: Sending<S3Objects.Upload>
    private let isDiscarded: Flag
    private let state = Mutex(State())

    /// Whether something has happened, for any thread.
    private final class Flag: Sendable {
        private let value = Atomic<Bool>(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }

    /// The object `objectKey` of `objects`, which is `key` in the store, sent by `uploads`. If `isStartOpen`, its start may be overwritten before
    /// it is settled.
    init(_ key: String, as objectKey: String, of objects: S3Objects, by uploads: S3Uploads, isStartOpen: Bool = false) {
        self.key = key
        self.objectKey = objectKey
        self.objects = objects
        self.uploads = uploads
        self.isStartOpen = isStartOpen
        let isDiscarded = Flag()
        self.isDiscarded = isDiscarded
        upload = Sending { () throws(S3Error) in
            guard !isDiscarded.isSet else { throw S3Error.givenUp }
            return try objects.begin(objectKey)
        }
    }

    var byteCount: Int { state.withLock { $0.byteCount } }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        guard !uploads.isHalted() else { throw StoreError.halted(key) }
        var rest = bytes
        while !rest.isEmpty {
            // The last part, which may be a full one, is sent at the end.
            if state.withLock({ $0.buffer.count }) == objects.partByteCount { try sendPart() }
            let count = state.withLock { state in
                let piece = rest.prefix(objects.partByteCount - state.buffer.count)
                state.buffer += piece
                state.byteCount += piece.count
                return piece.count
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    /// Sends the part that is full.
    private func sendPart() throws(StoreError) {
        let number = state.withLock { $0.nextNumber }
        guard number < S3Objects.partCountLimit else {
            throw StoreError(.failed, "is too large for an object that is put in parts", key: key)
        }
        let part = state.withLock { state -> Sending<S3Objects.Part>? in
            let bytes = state.buffer
            state.buffer = []
            guard number > 1 || !isStartOpen else {
                state.first = bytes
                return nil
            }
            let part = sending(bytes, number)
            state.parts.append(part)
            return part
        }
        if let part {
            uploads.submit(objects.partByteCount, isGivenUp: { [isDiscarded] in isDiscarded.isSet }) { [self] in
                guard case .failure(let error) = part.get() else { return }
                state.withLock { $0.failure = $0.failure ?? error }
            }
        }
        // What follows would be in vain.
        if let failure = state.withLock({ $0.failure }) { throw StoreError(writing: key, failure) }
    }

    private func sending(_ bytes: [UInt8], _ number: Int) -> Sending<S3Objects.Part> {
        Sending { [objects, upload, isDiscarded] () throws(S3Error) in
            guard !isDiscarded.isSet else { throw S3Error.givenUp }
            return try objects.put(bytes, part: number, of: upload.get().get())
        }
    }

    /// Ends the value. It is sent at once, unless its start may be overwritten.
    func finish() throws(StoreError) {
        state.withLock { $0.isFinished = true }
        if !isStartOpen { release() }
    }

    /// Writes `bytes` over the first ones, before the value is settled.
    func overwriteStart(with bytes: [UInt8]) throws(StoreError) {
        let isDone = state.withLock { state in
            guard isStartOpen, state.whole == nil else { return false }
            if let count = state.first?.count {
                guard bytes.count <= count else { return false }
                state.first?.replaceSubrange(..<bytes.count, with: bytes)
            } else {
                guard bytes.count <= state.buffer.count else { return false }
                state.buffer.replaceSubrange(..<bytes.count, with: bytes)
            }
            return true
        }
        guard isDone else { throw StoreError(.denied, "was sent already, and cannot be overwritten", key: key) }
    }

    /// Sends what is left, and waits for nothing, if the value is finished.
    func release() {
        let whole = state.withLock { state -> Sending<String>? in
            guard state.whole == nil, state.isFinished else { return nil }
            state.whole = completion(&state)
            return state.whole
        }
        guard let whole else { return }
        uploads.submit(min(byteCount, objects.partByteCount), isGivenUp: { [isDiscarded] in isDiscarded.isSet }) {
            _ = whole.get()
        }
    }

    private func completion(_ state: inout State) -> Sending<String> {
        let (rest, last) = (state.buffer, state.nextNumber)
        state.buffer = []
        guard last > 1 else {
            return Sending { [objects, objectKey, isDiscarded] () throws(S3Error) in
                guard !isDiscarded.isSet else { throw S3Error.givenUp }
                guard case .written(let tag) = try objects.put(objectKey, rest) else { return "" }
                return tag
            }
        }
        state.parts = (state.first.map { [sending($0, 1)] } ?? []) + state.parts + [sending(rest, last)]
        state.first = nil
        return Sending { [objects, upload, parts = state.parts] () throws(S3Error) in
            var done: [S3Objects.Part] = []
            for part in parts { done.append(try part.get().get()) }
            return try objects.complete(upload.get().get(), of: done)
        }
    }

    /// Waits until the object is there, complete and with the checksum of what was sent, and returns its entity tag. The value is finished.
    @discardableResult
    func settle() throws(StoreError) -> String {
        release()
        guard let whole = state.withLock({ $0.whole }) else { throw StoreError(.failed, "is not finished", key: key) }
        do throws(S3Error) {
            return try whole.get().get()
        } catch {
            throw StoreError(writing: key, error)
        }
    }

    /// Gives up what is being sent, and waits until nothing is; whether there may be an object, or parts of one. They are to be removed.
    func discard() -> (hasObject: Bool, hasParts: Bool) {
        isDiscarded.set()
        let (parts, whole) = state.withLock { state in
            (state.buffer, state.first) = ([], nil)
            return (state.parts, state.whole)
        }
        for part in parts { _ = part.get() }
        _ = whole?.get()
        return (whole != nil, !parts.isEmpty)
    }
}

extension StoreError {
    /// Nothing is written under `key` any more, since the work is to end.
    static func halted(_ key: String) -> StoreError {
        StoreError("cannot be written", key: key, system: SystemError("put", key, code: ECANCELED))
    }

    /// The value under `key` could not be written, or removed, because of `error`.
    init(writing key: String, _ error: S3Error, _ problem: String = "cannot be written") {
        if error.isCancellation {
            self = .halted(key)
        } else {
            self.init(error.kind == .forbidden ? .forbidden : .failed, problem, key: key, cause: error)
        }
    }
}

extension S3Error {
    /// Nobody wants the result any more.
    fileprivate static var givenUp: S3Error { S3Error(cancelled: Cancelled()) }
}
