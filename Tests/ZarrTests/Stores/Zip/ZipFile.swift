import CZlib
import Foundation

/// Writes ZIP archives whose members are stored, as tests need them.
struct ZipFile {
    private var members: [(name: String, bytes: [UInt8])] = []

    /// Puts `bytes` under `name`, in place of what was there.
    mutating func put(_ name: String, _ bytes: [UInt8]) {
        members.removeAll { $0.name == name }
        members.append((name, bytes))
    }

    /// The archive.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in members {
            var common: [UInt8] = []
            common.append(20, of: UInt16.self)  // The version that is needed.
            common.append(1 << 11, of: UInt16.self)  // Names are UTF-8.
            common.append(0, of: UInt16.self)  // Stored.
            common.append(0, of: UInt32.self)
            common.append(content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }, of: UInt32.self)
            common.append(content.count, of: UInt32.self)
            common.append(content.count, of: UInt32.self)
            common.append(name.utf8.count, of: UInt16.self)
            common.append(0, of: UInt16.self)
            directory += Array("PK\u{1}\u{2}".utf8) + [20, 3] + common + [UInt8](repeating: 0, count: 10)
            directory.append(bytes.count, of: UInt32.self)
            directory += Array(name.utf8)
            bytes += Array("PK\u{3}\u{4}".utf8) + common + Array(name.utf8) + content
        }
        let start = bytes.count
        bytes += directory + Array("PK\u{5}\u{6}".utf8) + [0, 0, 0, 0]
        bytes.append(members.count, of: UInt16.self)
        bytes.append(members.count, of: UInt16.self)
        bytes.append(directory.count, of: UInt32.self)
        bytes.append(start, of: UInt32.self)
        bytes.append(0, of: UInt16.self)
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append<T: FixedWidthInteger>(_ value: some BinaryInteger, of type: T.Type) {
        Swift.withUnsafeBytes(of: T(truncatingIfNeeded: value).littleEndian) { append(contentsOf: $0) }
    }
}
