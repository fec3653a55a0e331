import Foundation
import Glibc
import TestSupport

/// Makes random calls that read a mount, and the same calls to a folder that has what the mount is to show, and compares what they return.
struct ModelReader {
    /// A call that returned something else.
    struct Difference: CustomStringConvertible {
        /// The path of the file or folder below the mountpoint.
        let path: String
        let call: String
        let found: CallResult
        let expected: CallResult
        /// Whether it is about attributes, which change with the documents of the recording.
        var isOfAttributes = false

        var description: String { "\(path): \(call): \(found), not \(expected)" }
        /// Whether other bytes than the right ones of a file were returned.
        var isOfBytes: Bool { !isOfAttributes && found.value > 0 && found.bytes != expected.bytes }
    }

    /// What a system call returned.
    struct CallResult: Equatable, CustomStringConvertible {
        let value: Int
        let code: Int32
        var bytes: [UInt8] = []

        /// The result of `call`.
        init(_ call: () -> some FixedWidthInteger) {
            errno = 0
            value = Int(call())
            code = value < 0 ? errno : 0
        }

        /// Calls `read` with memory for `count` bytes; it returns how many it has put there.
        init(count: Int, _ read: (UnsafeMutableRawBufferPointer) -> Int) {
            var memory = [UInt8](repeating: 0, count: count)
            self.init { memory.withUnsafeMutableBytes(read) }
            bytes = Array(memory.prefix(max(value, 0)))
        }

        /// What is neither a failure nor bytes.
        init(value: Int) {
            (self.value, code) = (value, 0)
        }

        var description: String {
            code == 0 ? "\(value)" + (bytes.isEmpty ? "" : " bytes") : String(cString: strerror(code))
        }
    }

    /// Of lseek(2); the Glibc module lacks them.
    private static let (seekData, seekHole): (Int32, Int32) = (3, 4)

    let mount: String
    let model: String
    private let files: [(path: String, recording: StoreModel.Recording)]
    private let folders: [String]
    private let attributes: ExtendedAttributes
    var random: RepeatableRandom

    /// A reader of the mount at `mount`, which shows `store`, as does the folder `model`. Readers of different seeds make different calls.
    init(_ mount: URL, model: URL, of store: StoreModel, seed: UInt64) throws {
        self.mount = mount.path
        self.model = model.path
        files = store.files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        folders = store.groups.sorted()
        attributes = try ExtendedAttributes()
        random = RepeatableRandom(seed: seed)
    }

    // MARK: - All of it

    /// Compares all names, and the status and all bytes of all files.
    func compareAll() -> Difference? {
        for folder in folders {
            if let difference = compareNames(folder) { return difference }
        }
        for (path, recording) in files {
            if let difference = compareStatus(path, recording) ?? compareBytes(path) { return difference }
        }
        return nil
    }

    private func compareBytes(_ path: String) -> Difference? {
        withOpen(path) { mounted, expected in
            for start in stride(from: 0, to: .max, by: 1 << 20) {
                let results = [mounted, expected].map { file in
                    CallResult(count: 1 << 20) { Self.readFully(file, $0, at: start) }
                }
                guard results[0] == results[1] else {
                    return Difference(path: path, call: "all bytes", found: results[0], expected: results[1])
                }
                if results[0].value < 1 << 20 { return nil }
            }
            return nil
        }
    }

    // MARK: - One call

    /// Makes a few calls of one kind, and returns the first that differs.
    mutating func step() -> Difference? {
        let (path, recording) = files[Int.random(in: 0..<files.count, using: &random)]
        switch Int.random(in: 0..<23, using: &random) {
        case 0...7: return readRanges(path)
        case 8...10: return readSequentially(path)
        case 11...12: return seek(path)
        case 13...14: return compareStatus(path, recording)
        case 15: return compareNames(folders[Int.random(in: 0..<folders.count, using: &random)])
        case 16...17: return compareAttributes(path, recording)
        case 18: return compareAccess(path) ?? compareFileSystem(path)
        case 19...21: return compareViews(path)
        default: return compareMissing(path)
        }
    }

    private mutating func readRanges(_ path: String) -> Difference? {
        let isDirect = Int.random(in: 0..<4, using: &random) == 0
        var ranges: [(start: Int, count: Int)] = []
        let size = byteCount(path)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let longest = [16, 5_000, 70_000, 300_000].randomElement(using: &random) ?? 1
            // Some cross the end, or begin behind it.
            ranges.append(
                (Int.random(in: 0...size + 20, using: &random), Int.random(in: 0...longest, using: &random)))
        }
        return withOpen(path, isDirect: isDirect) { mounted, expected in
            for range in ranges {
                let results = [mounted, expected].map { file in
                    CallResult(count: range.count) { Self.readFully(file, $0, at: range.start) }
                }
                guard results[0] == results[1] else {
                    let call = "pread \(range.count) at \(range.start)\(isDirect ? " (O_DIRECT)" : "")"
                    return Difference(path: path, call: call, found: results[0], expected: results[1])
                }
            }
            return nil
        }
    }

    private mutating func readSequentially(_ path: String) -> Difference? {
        let start = Int.random(in: 0...byteCount(path), using: &random)
        let count = [100, 4_096, 65_536, 131_072].randomElement(using: &random) ?? 1
        return withOpen(path) { mounted, expected in
            for file in [mounted, expected] { lseek(file, start, SEEK_SET) }
            for place in 0..<20 {
                let results = [mounted, expected].map { file in
                    CallResult(count: count) { read(file, $0.baseAddress, $0.count) }
                }
                guard results[0] == results[1] else {
                    return Difference(
                        path: path, call: "read \(count) at \(start + place * count)", found: results[0],
                        expected: results[1])
                }
                if results[0].value == 0 { return nil }
            }
            return nil
        }
    }

    private mutating func seek(_ path: String) -> Difference? {
        let size = byteCount(path)
        let seeks = (0..<5).map { _ -> (whence: Int32, name: String, offset: Int) in
            switch Int.random(in: 0..<5, using: &random) {
            case 0: (SEEK_SET, "SEEK_SET", Int.random(in: -100...size + 100, using: &random))
            case 1: (SEEK_CUR, "SEEK_CUR", Int.random(in: -size...size, using: &random))
            case 2: (SEEK_END, "SEEK_END", Int.random(in: -size - 100...100, using: &random))
            case 3: (Self.seekData, "SEEK_DATA", Int.random(in: 0...size + 100, using: &random))
            default: (Self.seekHole, "SEEK_HOLE", Int.random(in: 0...size + 100, using: &random))
            }
        }
        return withOpen(path) { mounted, expected in
            for seek in seeks {
                let positions = [mounted, expected].map { file in CallResult { lseek(file, seek.offset, seek.whence) } }
                guard positions[0] == positions[1] else {
                    return Difference(
                        path: path, call: "lseek \(seek.name) \(seek.offset)", found: positions[0],
                        expected: positions[1])
                }
                let results = [mounted, expected].map { file in
                    CallResult(count: 100) { read(file, $0.baseAddress, $0.count) }
                }
                guard results[0] == results[1] else {
                    return Difference(
                        path: path, call: "read after lseek", found: results[0], expected: results[1])
                }
            }
            return nil
        }
    }

    /// Reads from `start` on until `memory` is full or the file ends: what a single call returns may be less for either file.
    private static func readFully(_ file: Int32, _ memory: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
        var done = 0
        while done < memory.count {
            let count = pread(file, memory.baseAddress.map { $0 + done }, memory.count - done, start + done)
            if count < 0 { return count }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Opens the file of the mount at `path` and that of the model.
    private func withOpen(
        _ path: String, isDirect: Bool = false, _ body: (_ mounted: Int32, _ expected: Int32) -> Difference?
    ) -> Difference? {
        let files = [
            CallResult { open("\(mount)/\(path)", O_RDONLY | (isDirect ? MountedFile.direct : 0)) },
            CallResult { open("\(model)/\(path)", O_RDONLY) },
        ]
        defer { for file in files where file.value >= 0 { close(Int32(file.value)) } }
        guard files[0].code == files[1].code else {
            return Difference(path: path, call: "open", found: files[0], expected: files[1])
        }
        return files[0].value < 0 ? nil : body(Int32(files[0].value), Int32(files[1].value))
    }

    // MARK: - What is said of files

    private func byteCount(_ path: String) -> Int {
        var status = stat()
        return stat("\(model)/\(path)", &status) == 0 ? Int(status.st_size) : 0
    }

    private func compareStatus(_ path: String, _ recording: StoreModel.Recording) -> Difference? {
        var status = stat()
        let call = CallResult { lstat("\(mount)/\(path)", &status) }
        guard call.code == 0 else {
            return Difference(path: path, call: "lstat", found: call, expected: CallResult(value: 0))
        }
        let size = byteCount(path)
        let expected: [(String, Int, Int?)] = [
            ("size", Int(status.st_size), size), ("mode", Int(status.st_mode), Int(S_IFREG | 0o644)),
            ("links", Int(status.st_nlink), 1), ("blocks", Int(status.st_blocks), (size + 511) / 512),
            ("time", Int(status.st_mtim.tv_sec), recording.time), ("user", Int(status.st_uid), Int(geteuid())),
        ]
        for (what, value, right) in expected where right != nil && value != right {
            return Difference(
                path: path, call: "lstat (\(what))", found: CallResult(value: value),
                expected: CallResult(value: right ?? 0))
        }
        return nil
    }

    private func compareNames(_ folder: String) -> Difference? {
        let names = [mount, model].map { Self.names("\($0)/\(folder)") }
        let shown = names[0].filter { name in
            name != MountedStore.checksumsName
                && !(folder.isEmpty && (MountedStore.viewNames + Self.views.map { "\($0)/" }).contains(name))
        }
        guard shown != names[1] else { return nil }
        let call = "readdir: \(shown) instead of \(names[1])"
        return Difference(
            path: folder, call: call, found: CallResult(value: shown.count),
            expected: CallResult(value: names[1].count))
    }

    /// The names in the folder `path`, sorted, each with what readdir says it is.
    private static func names(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return ["cannot be opened: \(String(cString: strerror(errno)))"] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            names.append(Int(entry.pointee.d_type) == DT_DIR && name != ".zarrwlr" ? "\(name)/" : name)
        }
        return names.sorted()
    }

    private func compareAttributes(_ path: String, _ recording: StoreModel.Recording) -> Difference? {
        let file = "\(mount)/\(path)"
        func attribute(_ name: String, count: Int = 200) -> CallResult {
            CallResult(count: count) { memory in attributes.get(file, name, memory.baseAddress, memory.count) }
        }
        func difference(_ name: String, _ found: CallResult, _ expected: CallResult) -> Difference {
            Difference(
                path: path, call: "getxattr \(name)", found: found, expected: expected, isOfAttributes: true)
        }
        for (name, text) in [
            ("path", "/\(recording.place)"), ("codec", recording.sound.codec), ("source", recording.name),
        ] {
            var right = CallResult(value: text.utf8.count)
            right.bytes = Array(text.utf8)
            let found = attribute("user.zarrwlr.\(name)")
            guard found == right else { return difference(name, found, right) }
        }
        let missing = attribute("user.other")
        guard missing.code == ENODATA else { return difference("user.other", missing, CallResult(value: -1)) }
        let short = attribute("user.zarrwlr.codec", count: 1)
        guard short.code == ERANGE else { return difference("a short one", short, CallResult(value: -1)) }
        let list = CallResult(count: 1_000) { memory in
            attributes.list(file, memory.baseAddress?.assumingMemoryBound(to: CChar.self), memory.count)
        }
        let names = list.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        // Of a recording that goes meanwhile, the names may be right and the values not there.
        guard names.contains("user.zarrwlr.codec"), names.allSatisfy({ attribute($0).value > 0 }) else {
            return Difference(
                path: path, call: "listxattr: \(names)", found: list, expected: CallResult(value: 0),
                isOfAttributes: true)
        }
        return nil
    }

    private func compareAccess(_ path: String) -> Difference? {
        for (mode, code) in [(F_OK, 0), (R_OK, 0), (W_OK, EROFS), (X_OK, EACCES)] {
            let found = CallResult { access("\(mount)/\(path)", mode) }
            guard found.code == code else {
                return Difference(path: path, call: "access \(mode)", found: found, expected: CallResult(value: 0))
            }
        }
        return nil
    }

    private func compareFileSystem(_ path: String) -> Difference? {
        var status = statvfs()
        let found = CallResult { statvfs("\(mount)/\(path)", &status) }
        guard found.code == 0, status.f_bfree == 0, status.f_bavail == 0, status.f_namemax == 255 else {
            return Difference(path: path, call: "statvfs", found: found, expected: CallResult(value: 0))
        }
        return nil
    }

    private func compareMissing(_ path: String) -> Difference? {
        for missing in ["\(path)x", "\(path)/x", "missing/x", "\(path).wav"] {
            var status = stat()
            let results = [mount, model].map { root in CallResult { stat("\(root)/\(missing)", &status) } }
            guard results[0] == results[1] else {
                return Difference(
                    path: path, call: "stat of \(missing)", found: results[0], expected: results[1])
            }
        }
        return nil
    }
}
