import Foundation
import Glibc
import TestSupport
import Testing

extension Mounts {
    /// File handles, by which servers of NFS name files: they outlive what the kernel keeps in memory. See open_by_handle_at(2).
    @Suite(.timeLimit(.minutes(3))) struct `File handles of a mount` {
        /// Makes the kernel forget all files and directories that nobody uses; false if this process may not.
        private static func dropCaches() -> Bool {
            sync()
            guard let file = FileHandle(forWritingAtPath: "/proc/sys/vm/drop_caches") else { return false }
            return (try? file.write(contentsOf: Data("2\n".utf8))) != nil
        }

        /// Takes the handles of all files below its first argument, and waits for a line on standard input. Then opens each by its handle, and
        /// prints how many are the same files as before, and then the names of those that are not.
        private static let script = """
            import ctypes, os, sys
            libc = ctypes.CDLL(None, use_errno=True)
            class Handle(ctypes.Structure):
                _fields_ = [("bytes", ctypes.c_uint), ("type", ctypes.c_int), ("data", ctypes.c_ubyte * 128)]
            def take(path):
                handle, mount = Handle(bytes=128), ctypes.c_int()
                if libc.name_to_handle_at(-100, os.fsencode(path), ctypes.byref(handle), ctypes.byref(mount), 0):
                    raise OSError(ctypes.get_errno(), "name_to_handle_at", path)
                return handle
            top, paths = sys.argv[1], []
            for folder, _, names in os.walk(top):
                paths += [folder] + [os.path.join(folder, name) for name in names]
            def content(path, file):
                if os.path.isdir(f"/proc/self/fd/{file}"): return sorted(os.listdir(file))
                return os.pread(file, 4096, 0) if path.endswith(".wav") else os.fstat(file).st_size
            known = []
            for path in paths:
                file = os.open(path, os.O_RDONLY)
                known.append((path, take(path), os.fstat(file).st_ino, content(path, file)))
                os.close(file)
            print("taken", flush=True)
            sys.stdin.readline()
            same, wrong = 0, []
            top = os.open(sys.argv[1], os.O_RDONLY)
            for path, handle, inode, was in reversed(known):
                file = libc.open_by_handle_at(top, ctypes.byref(handle), os.O_RDONLY)
                if file < 0: wrong.append(f"{path}: {os.strerror(ctypes.get_errno())}")
                elif os.fstat(file).st_ino != inode or content(path, file) != was: wrong.append(path)
                else: same += 1
                if file >= 0: os.close(file)
            print(same, *wrong, sep="\\n")
            """

        @Test(.enabled(if: geteuid() == 0, "needs root"))
        func `every listed file and directory is found by its handle when the kernel has forgotten it`() throws {
            try MountedStore.with { store in
                let blob = try MountedStore.fixture("coded/mono16.flac")
                for group in ["pond", "pond/mono", "lake"] { try store.addGroup(group) }
                for name in ["0", "1", "pond/2", "pond/mono/3", "lake/4"] {
                    try store.addRecording(name, codec: "flac", blob: blob, fileName: "\(name.count).wav")
                }
            } _: { mounted in
                let process = Process()
                let (input, output) = (Pipe(), Pipe())
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = ["python3", "-c", Self.script, mounted.mountpoint.path]
                (process.standardInput, process.standardOutput) = (input, output)
                try process.run()
                let taken = output.fileHandleForReading.availableData
                #expect(taken.starts(with: Data("taken".utf8)))
                let isForgotten = Self.dropCaches()
                if !isForgotten { print("THE KERNEL MAY NOT BE TOLD TO FORGET FILES: HANDLES WERE TRIED WITHOUT THAT") }
                try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
                let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
                process.waitUntilExit()
                // Four directories of the store, .zarrwlr and its five files, and five recordings.
                #expect(text.split(separator: "\n") == ["15"])
            }
        }
    }
}
