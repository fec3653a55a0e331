import Recordings
import Support
import Synchronization

@testable import VirtualFS

extension Volume {
    /// A volume of `recordings` whose log is kept nowhere.
    convenience init(
        _ recordings: [Recording], problems: [RecordingError] = [], root: String = "",
        options: VolumeOptions = VolumeOptions(), log: Log = .silent
    ) {
        self.init(Catalogue(recordings: recordings, problems: problems, root: root), options: options, log: log)
    }

    /// The attributes of the file at `path`, found name by name.
    func attributes(at path: String) throws(VirtualFSError) -> FileAttributes {
        var attributes = try attributes(of: .root)
        for name in path.split(separator: "/") {
            attributes = try lookup(Array(name.utf8), in: attributes.inode)
        }
        return attributes
    }

    /// The names in the directory at `path`, `.` and `..` among them, but not that of the reports.
    func names(at path: String = "") throws(VirtualFSError) -> [String] {
        var names: [String] = []
        try forEachEntry(of: attributes(at: path).inode, from: 0) { entry in
            names.append(String(decoding: entry.name, as: UTF8.self))
            return true
        }
        return path.isEmpty ? names.filter { $0 != ReportDirectory.name } : names
    }

    /// The bytes of the open file `handle`, as a request would get them, but not counted.
    func read(_ handle: UInt64, offset: UInt64, size: UInt64) throws(VirtualFSError) -> [BlockSlice] {
        try read(openFiles.file(handle), offset: offset, size: size)
    }

    /// All bytes of the file at `path`.
    func contents(at path: String) throws(VirtualFSError) -> [UInt8] {
        let attributes = try attributes(at: path)
        let handle = try open(attributes.inode)
        let bytes = try read(handle, offset: 0, size: attributes.size + 100).flatMap { Array($0.bytes) }
        try release(handle)
        return bytes
    }

    /// The text of the file at `path`.
    func text(at path: String) throws(VirtualFSError) -> String {
        String(decoding: try contents(at: path), as: UTF8.self)
    }
}
