import Glibc
import S3
import Support
import Synchronization

/// An object that is being written from its first byte to its last: by one request if it is short, else in parts, which are sent while the next
/// ones are written. It appears as a whole, once it is settled.
///
/// It has a part in memory, and those that are being sent. Its first part is sent last if its start may be overwritten.
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
    }

    /// The key in the store.
    private let key: String
    private let objectKey: String
    private let objects: S3Objects
    private let uploads: S3Uploads
    private let isStartOpen: Bool
    private let upload: Sending<S3Objects.Upload>
    private let state = Mutex(State())

    /// The object `objectKey` of `objects`, which is `key` in the store, sent by `uploads`. If `isStartOpen`, its start may be overwritten before
    /// it is settled.
    init(_ key: String, as objectKey: String, of objects: S3Objects, by uploads: S3Uploads, isStartOpen: Bool = false) {
        self.key = key
        self.objectKey = objectKey
        self.objects = objects
        self.uploads = uploads
        self.isStartOpen = isStartOpen
        upload = Sending { () throws(S3Error) in try objects.begin(objectKey) }
    }

    var byteCount: Int { state.withLock { $0.byteCount } }

    func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes
        while !rest.isEmpty {
            let full = state.withLock { state in
                if state.buffer.isEmpty { state.buffer.reserveCapacity(min(rest.count, objects.partByteCount)) }
                let piece = rest.prefix(objects.partByteCount - state.buffer.count)
                state.buffer += piece
                state.byteCount += piece.count
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
                // The last part, which may be a whole one, is sent at the end.
                return state.buffer.count == objects.partByteCount && !rest.isEmpty
            }
            if full { try sendPart() }
        }
    }

    /// Sends the part that is full.
    private func sendPart() throws(StoreError) {
        let (failure, part) = state.withLock { state -> (S3Error?, Sending<S3Objects.Part>?) in
            let number = state.parts.count + (state.first == nil ? 1 : 2)
            guard number <= S3Objects.partCountLimit else {
                return (nil, nil)
            }
            let bytes = state.buffer
            state.buffer = []
            if number == 1, isStartOpen {
                state.first = bytes
                return (state.failure, nil)
            }
            let part = sending(bytes, number)
            state.parts.append(part)
            return (state.failure, part)
        }
        if let failure { throw StoreError(writing: key, failure) }
        guard let part else {
            guard state.withLock({ $0.buffer.isEmpty }) else {
                throw StoreError(.failed, "is too large for an object of S3 that is written in parts", key: key)
            }
            return
        }
        uploads.submit(objects.partByteCount) { [self] in note(part.get()) }
    }

    private func sending(_ bytes: [UInt8], _ number: Int) -> Sending<S3Objects.Part> {
        Sending { [objects, upload] () throws(S3Error) in
            try objects.put(bytes, part: number, of: upload.get().get())
        }
    }

    private func note<Value>(_ result: Result<Value, S3Error>) {
        guard case .failure(let error) = result else { return }
        state.withLock { $0.failure = $0.failure ?? error }
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

    /// Sends what is left, and waits for nothing. The value is finished.
    func release() {
        let (whole, byteCount) = state.withLock { state -> (Sending<String>?, Int) in
            guard state.whole == nil, state.isFinished else { return (nil, 0) }
            let whole = completion(&state)
            state.whole = whole
            return (whole, min(state.byteCount, objects.partByteCount))
        }
        guard let whole else { return }
        uploads.submit(byteCount) { _ = whole.get() }
    }

    private func completion(_ state: inout State) -> Sending<String> {
        let rest = state.buffer
        state.buffer = []
        guard state.first != nil || !state.parts.isEmpty else {
            return Sending { [objects, objectKey] () throws(S3Error) in
                guard case .written(let tag) = try objects.put(objectKey, rest) else { return "" }
                return tag
            }
        }
        let last = state.parts.count + (state.first == nil ? 1 : 2)
        let parts = (state.first.map { [sending($0, 1)] } ?? []) + state.parts + [sending(rest, last)]
        (state.first, state.parts) = (nil, [])
        return Sending { [objects, upload] () throws(S3Error) in
            var done: [S3Objects.Part] = []
            for part in parts { done.append(try part.get().get()) }
            return try objects.complete(upload.get().get(), of: done)
        }
    }

    /// Waits until the object is there, complete and with the checksum of what was sent, and returns its entity tag. The value is finished.
    @discardableResult
    func settle() throws(StoreError) -> String {
        release()
        guard let whole = state.withLock({ $0.whole }) else {
            throw StoreError(.failed, "is not finished", key: key)
        }
        do throws(S3Error) {
            return try whole.get().get()
        } catch {
            throw StoreError(writing: key, error)
        }
    }
}

extension StoreError {
    /// The value under `key` could not be written, or removed, because of `error`.
    init(writing key: String, _ error: S3Error, _ problem: String = "cannot be written") {
        if error.isCancellation {
            self.init(problem, key: key, system: SystemError("put", key, code: ECANCELED))
            return
        }
        self.init(error.kind == .forbidden ? .forbidden : .failed, problem, key: key, cause: error)
    }
}
