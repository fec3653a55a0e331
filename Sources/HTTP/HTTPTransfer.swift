import CCurl
import Glibc
import Support

/// One request on its way: libcurl's handle of it, and what has come so far.
///
/// @unchecked: the caller's thread uses it before it is handed to the loop and after the loop has signalled its end, and the loop's thread
/// alone in between.
final class HTTPTransfer: @unchecked Sendable {
    let easy: UnsafeMutableRawPointer
    private let request: HTTPRequest
    private let hasEnded = Semaphore()
    private var result = CURLE_OK
    private var lines: UnsafeMutablePointer<curl_slist>?
    /// Bytes of the body that libcurl has taken.
    private var sentByteCount = 0
    private var status = 0
    private var fields: [String: String] = [:]
    private var body: [UInt8] = []
    private var isTooLong = false
    /// Whether enough came of an answer that is an error, so that no more is received.
    private var isErrorCut = false
    private let made = ContinuousClock.now
    private var began: ContinuousClock.Instant?
    /// What libcurl writes about an error.
    private let details: UnsafeMutablePointer<CChar>

    /// A transfer of `request`. Throws if it cannot be expressed.
    init(_ request: HTTPRequest, _ settings: HTTPSettings) throws(HTTPError) {
        guard let easy = curl_easy_init() else { throw HTTPError(.transport, "there is no memory for a request") }
        self.easy = easy
        self.request = request
        details = .allocate(capacity: Int(CURL_ERROR_SIZE))
        details.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        zwl_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, details)
        try addAddress()
        addSettings(settings)
        try addMethod()
        try addFields()
        addReceiver()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(lines)
        details.deallocate()
    }

    /// Waits for the end; false if the work of this thread was cancelled before.
    func wait() -> Bool { hasEnded.waitUnlessCancelled() }

    /// What came. To be called once, after the end.
    func response() throws(HTTPError) -> HTTPResponse {
        if isTooLong, isPage { throw HTTPError(.transport, "\(request.shownURL): the answer is a web page") }
        if isTooLong, status == 206 {
            throw HTTPError(.transport, "\(request.shownURL): the answer has more bytes than were asked for")
        }
        if isTooLong {
            throw HTTPError(
                .tooLong(size: fields["content-length"].flatMap { UInt64($0) }),
                "\(request.shownURL): the answer has more than \(request.responseLimit) bytes")
        }
        guard result == CURLE_OK || isErrorCut else {
            throw HTTPError(Self.isLasting(result) ? .lasting : .transport, "\(request.shownURL): \(problem)")
        }
        return HTTPResponse(status: status, fields: fields, body: body)
    }

    /// What libcurl says went wrong.
    private var problem: String {
        let problem = String(cString: curl_easy_strerror(result))
        guard result == CURLE_PEER_FAILED_VERIFICATION else { return problem }
        return "\(String(cString: details)) (SSL_CERT_FILE names a file of other certificates that are trusted)"
    }

    /// Whether the answer is a page for people: no store has such, and proxies send them instead of what was asked for.
    private var isPage: Bool { status == 200 && HTTPResponse(status: status, fields: fields, body: []).isPage }

    /// How long it waited for others to end before it was begun; to be asked after the end.
    var waited: Duration { began.map { $0 - made } ?? .zero }

    /// Called by the loop when it gives the transfer to libcurl.
    func begin() {
        began = .now
    }

    /// Called by the loop when libcurl is done with the transfer.
    func finish(_ result: CURLcode) {
        self.result = result
        hasEnded.signal()
    }

    // MARK: - What is sent

    private func addAddress() throws(HTTPError) {
        guard !request.url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw HTTPError(.lasting, "\(request.shownURL): is no address")
        }
        zwl_easy_set_text(easy, CURLOPT_URL, request.url)
        // A redirect does not lead to another scheme.
        let scheme = isSecure ? "https" : "http"
        zwl_easy_set_text(easy, CURLOPT_PROTOCOLS_STR, scheme)
        zwl_easy_set_text(easy, CURLOPT_REDIR_PROTOCOLS_STR, scheme)
        zwl_easy_set_long(easy, CURLOPT_FOLLOWLOCATION, request.followsRedirects ? 1 : 0)
        zwl_easy_set_long(easy, CURLOPT_MAXREDIRS, 5)
        // What is signed is sent as it is.
        zwl_easy_set_long(easy, CURLOPT_PATH_AS_IS, 1)
    }

    private var isSecure: Bool { request.url.prefix(6).lowercased() == "https:" }

    private func addSettings(_ settings: HTTPSettings) {
        zwl_easy_set_long(easy, CURLOPT_NOSIGNAL, 1)
        let patience = request.milliseconds ?? .max
        zwl_easy_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, min(settings.connectMilliseconds, patience))
        // Less, for that long, is silence. What a server does with what it was sent may take a while.
        zwl_easy_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, request.method == .get ? 1 << 10 : 1)
        zwl_easy_set_long(easy, CURLOPT_LOW_SPEED_TIME, min(settings.silenceSeconds, max(1, patience / 1000)))
        zwl_easy_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        // A new request waits for a connection that can carry several, if one is being made. Without TLS it would wait for the first answer to
        // know that, in vain.
        zwl_easy_set_long(easy, CURLOPT_PIPEWAIT, isSecure ? 1 : 0)
        zwl_easy_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        zwl_easy_set_text(easy, CURLOPT_USERAGENT, settings.agent)
        if !settings.usesProxies { zwl_easy_set_text(easy, CURLOPT_PROXY, "") }
        if let path = settings.certificates { zwl_easy_set_text(easy, CURLOPT_CAINFO, path) }
    }

    private func addMethod() throws(HTTPError) {
        switch request.method {
        case .get: zwl_easy_set_long(easy, CURLOPT_HTTPGET, 1)
        case .head: zwl_easy_set_long(easy, CURLOPT_NOBODY, 1)
        case .put, .post, .delete:
            zwl_easy_set_long(easy, CURLOPT_POST, 1)
            zwl_easy_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            zwl_easy_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            addSender()
        }
    }

    /// Lets libcurl take the body piece by piece: it may be large, and is not to be in memory twice.
    private func addSender() {
        let own = Unmanaged.passUnretained(self).toOpaque()
        zwl_easy_set_pointer(easy, CURLOPT_READDATA, own)
        zwl_easy_set_callback(easy, CURLOPT_READFUNCTION) { bytes, size, count, own in
            guard let own else { return 0 }
            let room = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<HTTPTransfer>.fromOpaque(own).takeUnretainedValue().give(to: room)
        }
        // A connection that the server has closed meanwhile is replaced by another one, and all is sent again.
        zwl_easy_set_pointer(easy, CURLOPT_SEEKDATA, own)
        zwl_easy_set_seek(easy) { own, offset, origin in
            guard let own, origin == SEEK_SET, let offset = Int(exactly: offset) else { return CURL_SEEKFUNC_FAIL }
            return Unmanaged<HTTPTransfer>.fromOpaque(own).takeUnretainedValue().seek(to: offset)
                ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
        }
    }

    /// Fills `room` with the next bytes of the body; returns how many there were.
    private func give(to room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, request.body.count - sentByteCount)
        room.copyBytes(from: request.body[sentByteCount..<sentByteCount + count])
        sentByteCount += count
        return count
    }

    /// Lets the next bytes be those from `offset` on; false if the body has none there.
    private func seek(to offset: Int) -> Bool {
        guard 0...request.body.count ~= offset else { return false }
        sentByteCount = offset
        return true
    }

    private func addFields() throws(HTTPError) {
        // libcurl would ask the server before it sends a body, and would say that it is a form.
        var all = ["Expect:", "Content-Type:"]
        for (name, value) in request.fields {
            guard !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
                throw HTTPError(.lasting, "\(request.shownURL): the header field \(name) cannot have this value")
            }
            if name.lowercased() == "content-type" { all.removeAll { $0 == "Content-Type:" } }
            all.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        for line in all { lines = curl_slist_append(lines, line) ?? lines }
        zwl_easy_set_pointer(easy, CURLOPT_HTTPHEADER, lines)
    }

    // MARK: - What is received

    private func addReceiver() {
        let own = Unmanaged.passUnretained(self).toOpaque()
        zwl_easy_set_pointer(easy, CURLOPT_HEADERDATA, own)
        zwl_easy_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, own in
            guard let own else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            Unmanaged<HTTPTransfer>.fromOpaque(own).takeUnretainedValue().take(line: line)
            return line.count
        }
        zwl_easy_set_pointer(easy, CURLOPT_WRITEDATA, own)
        zwl_easy_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, own in
            guard let own else { return 0 }
            let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<HTTPTransfer>.fromOpaque(own).takeUnretainedValue().take(piece: piece) ? piece.count : 0
        }
    }

    /// Takes a line of the header. Each answer of a chain of redirects begins with a status line.
    private func take(line bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            fields = [:]
            body = []
            return
        }
        guard let colon = line.firstIndex(of: ":"), fields.count < Self.fieldLimit else { return }
        let value = line[line.index(after: colon)...]
        fields[line[..<colon].lowercased()] = String(value.trimming { $0 == " " || $0 == "\t" || $0.isNewline })
    }

    /// Takes a piece of the body; false if that makes it too long. Of an answer that is an error, the first bytes are kept.
    private func take(piece: UnsafeRawBufferPointer) -> Bool {
        guard 200..<300 ~= status else {
            body += piece.prefix(max(0, Self.errorLimit - body.count))
            isErrorCut = body.count == Self.errorLimit
            return !isErrorCut
        }
        if body.isEmpty, let length = fields["content-length"].flatMap({ Int($0) }) {
            // Else the memory would be copied again and again as it grows.
            body.reserveCapacity(min(max(length, 0), request.responseLimit, Self.reservedLimit))
        }
        isTooLong = isTooLong || piece.count > request.responseLimit - body.count
        if !isTooLong { body += piece }
        return !isTooLong
    }

    /// Bytes that are kept of what is sent with an error.
    private static let errorLimit = 64 << 10
    /// Bytes for which there is memory before they come: what a server announces is not believed beyond that.
    private static let reservedLimit = 8 << 20
    /// More fields than that are left out.
    private static let fieldLimit = 200

    /// Whether another attempt would fail, too.
    private static func isLasting(_ result: CURLcode) -> Bool {
        switch result {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_TOO_MANY_REDIRECTS, CURLE_SSL_CERTPROBLEM:
            true
        default: false
        }
    }
}

extension Substring {
    /// The text without the characters at its ends that `isLeftOut` says.
    fileprivate func trimming(_ isLeftOut: (Character) -> Bool) -> Substring {
        let start = drop(while: isLeftOut)
        guard let end = start.lastIndex(where: { !isLeftOut($0) }) else { return "" }
        return start[...end]
    }
}
