import CZlib
import Glibc
import Support
import Synchronization

/// A store that is a ZIP archive, Zarr's ZipStore: keys are the names of its members. It is read only.
///
/// Members may be stored or deflated, and the archive may have 64-bit sizes (zip64). If all of the hierarchy is in one folder of the archive,
/// as when a store's folder was compressed, that folder is the root.
public final class ZipStore: Store {
    /// The most bytes of an archive's directory: of some ten million members.
    private static let directoryLimit: UInt64 = 1 << 30
    /// How often a member is read from an archive that changes.
    private static let maximumAttempts = 3

    private let descriptor: OwnedDescriptor
    private let opened: Mutex<Opened>

    /// The directory of the archive as a file was when it was read.
    private struct Opened {
        let file: ReadableFile
        let directory: ZipDirectory
        /// When the file was last written.
        let modified: Timestamp
        /// The file's device and number.
        let identity: [UInt64]

        /// A number that changes when `member` does, but not when others are added to the archive.
        func version(of member: ZipMember) -> UInt64 {
            FNV1a(of: identity + [member.headerOffset, member.byteCount, UInt64(member.checksum)]).value
        }
    }

    /// Opens the archive at `path`.
    public init(path: String) throws(StoreError) {
        // A FIFO would wait for a writer.
        let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else {
            throw StoreError("cannot open the store", key: "", system: SystemError("open", path))
        }
        self.descriptor = OwnedDescriptor(descriptor: descriptor)
        opened = Mutex(try Self.read(self.descriptor))
    }

    /// Reads a part of the member `key`. All of a member is compared with its CRC-32; of a deflated one, what lies before a range is
    /// decompressed, too.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        var supplied: UnsafeMutableRawBufferPointer?
        for _ in 0..<Self.maximumAttempts {
            let opened = try current()
            let file = opened.file
            guard let member = opened.directory.member(key) else { return nil }
            if let problem = member.problem { throw StoreError(.denied, problem, key: key) }
            let range = try part.range(of: member.byteCount, key)
            let buffer = supplied ?? memory(range.count)
            supplied = buffer
            let info = ValueInfo(
                size: member.byteCount, version: opened.version(of: member), changed: file.info.changed)
            guard buffer.count == range.count else {
                if buffer.isEmpty { return info }
                break
            }
            // What is wrong with a member of an archive that is being written is no fault of the archive.
            do throws(StoreError) {
                try read(range, of: member, from: file, into: buffer, key)
            } catch {
                if file.hasChanged { continue }
                throw error
            }
            if !file.hasChanged { return info }
        }
        throw StoreError(.changed, "changed while it was read", key: key)
    }

    /// As for every store.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        try current().directory.folders(in: prefix)
    }

    /// The time of the whole archive; of a folder, its version, too. Nil if there is nothing under `key`.
    public func status(of key: String) throws(StoreError) -> KeyStatus? {
        let opened = try current()
        if let member = opened.directory.member(key) {
            return KeyStatus(modified: opened.modified, version: opened.version(of: member))
        }
        guard opened.directory.hasFolder(key) else { return nil }
        return KeyStatus(modified: opened.modified, version: opened.file.info.version)
    }

    /// As for every store.
    public func values(below prefix: String) throws(StoreError) -> [ListedValue] {
        let opened = try current()
        var values: [ListedValue] = []
        opened.directory.forEachMember(below: prefix) { key, member in
            values.append(ListedValue(key, byteCount: member.byteCount, version: opened.version(of: member)))
        }
        return values
    }

    /// As for every store.
    public func looseValues(in prefix: String) throws(StoreError) -> [String] {
        var names: [String] = []
        try current().directory.forEachMember(below: prefix) { key, _ in
            let name = key.utf8.dropFirst(prefix.isEmpty ? 0 : prefix.utf8.count + 1)
            if !name.contains(UInt8(ascii: "/")) { names.append(String(decoding: name, as: UTF8.self)) }
        }
        return names
    }

    /// As for every store: a deflated member is decompressed once, and every member compared with its CRC-32.
    public func read(
        _ value: ListedValue, inPiecesOf pieceByteCount: Int,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) -> ValueInfo? {
        let opened = try current()
        guard let member = opened.directory.member(value.key) else { return nil }
        if let problem = member.problem { throw StoreError(.denied, problem, key: value.key) }
        let changed = StoreError(.changed, "changed while it was read", key: value.key)
        guard value.byteCount ?? member.byteCount == member.byteCount else { throw changed }
        do throws(StoreError) {
            try read(member, from: opened.file, value.key, inPiecesOf: pieceByteCount, body)
        } catch {
            throw opened.file.hasChanged ? changed : error
        }
        guard !opened.file.hasChanged else { throw changed }
        return ValueInfo(
            size: member.byteCount, version: opened.version(of: member), changed: opened.file.info.changed)
    }

    /// As for every store: as the archive has them, without headers.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        var sum: UInt64 = 0
        try current().directory.forEachMember(below: prefix) { sum = sum.adding($1.storedByteCount) ?? .max }
        return sum
    }

    // MARK: - The archive

    /// The archive as it is now: its directory is read again if the file has changed.
    private func current() throws(StoreError) -> Opened {
        try opened.withLock { opened throws(StoreError) in
            if opened.file.hasChanged { opened = try Self.read(descriptor) }
            return opened
        }
    }

    private static func read(_ descriptor: OwnedDescriptor) throws(StoreError) -> Opened {
        var status = stat()
        guard fstat(descriptor.descriptor, &status) == 0 else {
            throw StoreError("cannot read its size", key: "", system: SystemError("fstat", ""))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError(archive: "is no file") }
        let file = ReadableFile(descriptor, status)
        let end = try ZipArchiveEnd(of: file.info.size) { range throws(StoreError) in try Self.bytes(range, of: file) }
        guard end.directory.upperBound - end.directory.lowerBound <= directoryLimit else {
            throw StoreError(archive: "its directory of members has more than \(directoryLimit) bytes")
        }
        return Opened(
            file: file,
            directory: try ZipDirectory(Self.bytes(end.directory, of: file), count: end.memberCount, bias: end.bias),
            modified: Timestamp(
                seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec), offsetMinutes: 0),
            identity: [UInt64(status.st_dev), UInt64(status.st_ino)])
    }

    /// The bytes `range` of `file`, which lie within it and are bounded.
    private static func bytes(_ range: Range<UInt64>, of file: ReadableFile) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(clamping: range.upperBound - range.lowerBound))
        var failure: StoreError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(StoreError) {
                try file.fill(buffer, from: range.lowerBound, "")
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    // MARK: - A member

    /// Reads the bytes `range` of `member`, which it has, into `buffer`, which has as many.
    private func read(
        _ range: Range<UInt64>, of member: ZipMember, from file: ReadableFile,
        into buffer: UnsafeMutableRawBufferPointer, _ key: String
    ) throws(StoreError) {
        guard !range.isEmpty else { return }
        let place = try place(of: member, in: file, key)
        if member.isDeflated {
            let inflation = try inflation(of: place, in: file, key)
            try inflation.skip(range.lowerBound)
            try inflation.fill(buffer)
        } else {
            try file.fill(buffer, from: place.lowerBound + range.lowerBound, key)
        }
        if UInt64(buffer.count) == member.byteCount {
            try check(ZipChecksum().after(UnsafeRawBufferPointer(buffer)), of: member, key)
        }
    }

    /// Calls `body` with pieces of `member`, and compares its CRC-32 at the end.
    private func read(
        _ member: ZipMember, from file: ReadableFile, _ key: String, inPiecesOf pieceByteCount: Int,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) {
        let place = try place(of: member, in: file, key)
        let inflation = member.isDeflated ? try inflation(of: place, in: file, key) : nil
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(pieceByteCount, Int(clamping: member.byteCount)), alignment: 16)
        defer { memory.deallocate() }
        var checksum = ZipChecksum()
        var position: UInt64 = 0
        while position < member.byteCount {
            let count = Int(clamping: min(UInt64(pieceByteCount), member.byteCount - position))
            let piece = UnsafeMutableRawBufferPointer(rebasing: memory.prefix(count))
            if let inflation {
                try inflation.fill(piece)
            } else {
                try file.fill(piece, from: place.lowerBound + position, key)
            }
            checksum = checksum.after(UnsafeRawBufferPointer(piece))
            try body(UnsafeRawBufferPointer(piece))
            position += UInt64(count)
        }
        try check(checksum, of: member, key)
    }

    /// Where the bytes of `member` are in the archive; those of a member that is not deflated are as many as it has.
    private func place(
        of member: ZipMember, in file: ReadableFile, _ key: String
    ) throws(StoreError) -> Range<UInt64> {
        let start = try dataOffset(of: member, in: file, key)
        guard let end = start.adding(member.storedByteCount), end <= file.info.size else {
            throw StoreError(.failed, "lies beyond the end of the ZIP archive", key: key)
        }
        return start..<end
    }

    private func inflation(
        of place: Range<UInt64>, in file: ReadableFile, _ key: String
    ) throws(StoreError) -> ZipInflation {
        try ZipInflation(place) { start, buffer throws(StoreError) in
            try file.fill(buffer, from: start, key)
        } failure: { problem in
            StoreError(.failed, "its compressed bytes in the ZIP archive: \(problem)", key: key)
        }
    }

    /// Where the bytes of `member` begin, behind its local header (APPNOTE.TXT, section 4.3.7), whose length is only said there.
    private func dataOffset(of member: ZipMember, in file: ReadableFile, _ key: String) throws(StoreError) -> UInt64 {
        let byteCount: UInt64 = 30
        guard let end = member.headerOffset.adding(byteCount), end <= file.info.size else {
            throw StoreError(.failed, "lies beyond the end of the ZIP archive", key: key)
        }
        var reader = ByteReader(try Self.bytes(member.headerOffset..<end, of: file))
        guard reader.readLittleEndian(UInt32.self) == 0x0403_4B50, reader.skip(22),
            let nameLength = reader.readLittleEndian(UInt16.self),
            let extraLength = reader.readLittleEndian(UInt16.self), Int(nameLength) == member.name.count,
            let start = end.adding(UInt64(nameLength) + UInt64(extraLength))
        else { throw StoreError(.failed, "its header in the ZIP archive is damaged", key: key) }
        return start
    }

    /// Compares the `checksum` of all bytes of `member` with what it should be.
    private func check(_ checksum: ZipChecksum, of member: ZipMember, _ key: String) throws(StoreError) {
        guard checksum.value == member.checksum else {
            throw StoreError(.failed, "its bytes in the ZIP archive do not have the CRC-32 that they should", key: key)
        }
    }
}

/// The CRC-32 of bytes that come piece by piece.
private struct ZipChecksum {
    private var sum: uLong = 0

    var value: UInt32 { UInt32(truncatingIfNeeded: sum) }

    /// The checksum when `bytes` have come, too.
    func after(_ bytes: UnsafeRawBufferPointer) -> ZipChecksum {
        var next = self
        next.sum = crc32_z(sum, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
        return next
    }
}

extension ReadableFile {
    /// Fills `buffer` with the bytes from `start` on. Throws if the file ends before.
    fileprivate func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from start: UInt64, _ key: String
    ) throws(StoreError) {
        // No file is longer than Int.max.
        guard try read(from: Int(clamping: start), into: buffer, key) == buffer.count else {
            throw StoreError(.changed, "changed while it was read", key: key)
        }
    }
}
