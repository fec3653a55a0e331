import HTTP
import Support

/// A value of a store that is read by HTTP, from a web server or from an object store. See RFC 9110, section 14, on ranges.
struct RemoteObject {
    let client: HTTPClient
    let policy: RetryPolicy
    /// The key, for errors.
    let key: String
    /// Makes the request, with these further header fields.
    let request:
        (
            _ method: HTTPRequest.Method, _ fields: [(name: String, value: String)], _ responseLimit: Int
        ) throws(HTTPError) -> HTTPRequest

    /// Reads `part`, as `Store.get` does.
    func get(
        _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        switch part {
        case .whole(let limit): try whole(limit, memory)
        case .range(let range) where range.isEmpty: try nothing(behind: range.lowerBound, range, memory)
        case .range(let range): try self.range(range, memory)
        case .suffix(0): try nothing(behind: 0, 0..<0, memory)
        case .suffix(let count): try suffix(count, memory)
        }
    }

    /// What is known of the value without its bytes; nil if there is none.
    func info() throws(StoreError) -> ValueInfo? {
        let response = try send(.head, [], limit: 0) { _ in nil }
        guard try isThere(response) else { return nil }
        guard response.status == 200, let size = response["content-length"].flatMap({ UInt64($0) }) else {
            throw failure("the server does not say how large it is (status \(response.status))")
        }
        return ValueInfo(size: size, version: response.version)
    }

    // MARK: - Parts

    private typealias Memory = (_ byteCount: Int) -> UnsafeMutableRawBufferPointer

    private func nothing(behind start: UInt64, _ range: Range<UInt64>, _ memory: Memory) throws(StoreError) -> ValueInfo?
    {
        guard let info = try info() else { return nil }
        guard start <= info.size else { throw StoreError.cutShort(key, range: range, size: info.size) }
        _ = memory(0)
        return info
    }

    private func whole(_ limit: Int, _ memory: Memory) throws(StoreError) -> ValueInfo? {
        // What is too large is not received.
        let response = try send(.get, [], limit: limit) { response in
            response["content-length"].flatMap { Int($0) }.map { $0 != response.body.count } == true
                ? "the answer is not whole" : nil
        }
        guard try isThere(response) else { return nil }
        guard response.status == 200 else { throw unexpected(response) }
        return try deliver(response, size: UInt64(response.body.count), memory)
    }

    private func range(_ range: Range<UInt64>, _ memory: Memory) throws(StoreError) -> ValueInfo? {
        guard let count = Int(exactly: range.upperBound - range.lowerBound) else {
            throw failure("bytes \(range) are too many to be read at once")
        }
        let field = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        let response = try send(.get, [("Range", field)], limit: count) { $0.problem(asPart: true) }
        guard try isThere(response) else { return nil }
        if response.status == 416 {
            // Some servers do not say how large it is.
            guard let size = try response.wholeSize ?? info()?.size, size < range.upperBound else {
                throw unexpected(response)
            }
            throw StoreError.cutShort(key, range: range, size: size)
        }
        guard response.status == 206, let place = response.place else {
            throw response.status == 200 ? noRanges : unexpected(response)
        }
        guard place.size >= range.upperBound else { throw StoreError.cutShort(key, range: range, size: place.size) }
        guard place.bytes == range else { throw failure("the server has sent bytes \(place.bytes) instead of \(range)") }
        return try deliver(response, size: place.size, memory)
    }

    private func suffix(_ count: Int, _ memory: Memory) throws(StoreError) -> ValueInfo? {
        let response = try send(.get, [("Range", "bytes=-\(count)")], limit: count) { $0.problem(asPart: true) }
        guard try isThere(response) else { return nil }
        switch response.status {
        case 200:
            // It is shorter than that.
            return try deliver(response, size: UInt64(response.body.count), memory)
        case 416:
            // An empty value has no last byte.
            guard let info = try info() else { return nil }
            guard info.size == 0 else { throw unexpected(response) }
            _ = memory(0)
            return info
        case 206:
            guard let place = response.place, place.bytes.upperBound == place.size,
                place.bytes.lowerBound == place.size - min(place.size, UInt64(count))
            else { throw failure("the server has sent other bytes than the last \(count)") }
            return try deliver(response, size: place.size, memory)
        default: throw unexpected(response)
        }
    }

    private func deliver(_ response: HTTPResponse, size: UInt64, _ memory: Memory) throws(StoreError) -> ValueInfo {
        let buffer = memory(response.body.count)
        if buffer.count == response.body.count { buffer.copyBytes(from: response.body) }
        return ValueInfo(size: size, version: response.version)
    }

    // MARK: - Answers

    private func send(
        _ method: HTTPRequest.Method, _ fields: [(name: String, value: String)], limit: Int,
        _ isWhole: (HTTPResponse) -> String?
    ) throws(StoreError) -> HTTPResponse {
        do throws(HTTPError) {
            return try client.perform(policy, isWhole: isWhole) { () throws(HTTPError) in
                try request(method, fields, limit)
            }
        } catch {
            if case .tooLong(let size) = error.kind {
                guard fields.isEmpty else { throw noRanges }
                if let size { throw StoreError.tooLarge(key, limit: limit, size: size) }
            }
            throw StoreError(.failed, "cannot be read", key: key, cause: error)
        }
    }

    /// Whether there is a value. Throws if it may not be read.
    private func isThere(_ response: HTTPResponse) throws(StoreError) -> Bool {
        switch response.status {
        case 404, 410: return false
        case 401, 403: throw StoreError(.denied, "the server does not permit it (\(response.status))", key: key)
        default: return true
        }
    }

    private var noRanges: StoreError {
        StoreError(.denied, "the server does not send parts of files (Range requests)", key: key)
    }

    private func unexpected(_ response: HTTPResponse) -> StoreError {
        failure("the server answers \(response.status)")
    }

    private func failure(_ problem: String) -> StoreError { StoreError(.failed, problem, key: key) }
}

extension HTTPResponse {
    /// A number that changes with the entity tag, or with size and time if there is none; nil if none is known.
    fileprivate var version: UInt64? {
        guard let tag = self["etag"] ?? self["last-modified"] else { return nil }
        return FNV1a(of: tag.utf8.map { UInt64($0) }).value
    }

    /// The bytes that `Content-Range` says were sent, and the size of the whole (RFC 9110, section 14.4); nil if it does not.
    fileprivate var place: (bytes: Range<UInt64>, size: UInt64)? {
        guard let field = self["content-range"], field.hasPrefix("bytes "), let size = wholeSize else { return nil }
        let bounds = field.dropFirst(6).prefix { $0 != "/" }.split(separator: "-").map { UInt64($0) }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], let end = last.adding(1), first < end,
            end <= size
        else { return nil }
        return (first..<end, size)
    }

    /// The size of the whole that `Content-Range` has.
    fileprivate var wholeSize: UInt64? {
        self["content-range"].flatMap { $0.split(separator: "/").last }.flatMap { UInt64($0) }
    }

    /// Why the body is not what the header says; nil if it is.
    fileprivate func problem(asPart: Bool) -> String? {
        if let length = self["content-length"].flatMap({ Int($0) }), length != body.count {
            return "the answer is not whole"
        }
        guard status == 206 else { return nil }
        guard let place else { return "the answer does not say which bytes it has" }
        return place.bytes.upperBound - place.bytes.lowerBound == UInt64(body.count)
            ? nil : "the answer has other bytes than it says"
    }
}
