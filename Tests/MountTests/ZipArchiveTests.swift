import Foundation
import TestSupport
import Testing

extension Mounts {
    /// Stores that are ZIP archives.
    @Suite struct ZipArchives {
        /// The forms that Python's shutil and zipfile give to a folder: stored, deflated, and in a folder of its name.
        private static let forms = [
            "-m zipfile -c ../store.zip .", "-c 'import shutil; shutil.make_archive(\"../store\", \"zip\", \".\")'",
            "-c 'import shutil; shutil.make_archive(\"../store\", \"zip\", \"..\", \"store.zarr\")'",
        ]

        /// Mounts `store`, and the archive that `form` makes of it, and compares what is in both. Returns how many files that were.
        private func compare(_ store: String, _ form: String) throws -> Int {
            try TestFiles.withTemporaryDirectory { directory in
                let copy = directory.appending(path: "store.zarr").path
                try runChecked(["cp", "-r", store, copy])
                try runChecked(["sh", "-c", "cd \(copy) && python3 \(form)"])
                let archive = directory.appending(path: "store.zip").path
                return try MountedStore.with(copy) { expected in
                    try MountedStore.with(archive) { mount in
                        let list = ["find", "-type", "f", "!", "-path", "'./.zarrwlr/*'"]
                        let files = try [expected, mount].map { mount in
                            try run(
                                "sh", "-c", "cd \(mount.mountpoint.path) && \(list.joined(separator: " ")) | sort"
                            ).text
                        }
                        #expect(files[0] == files[1])
                        let names = files[0].split(separator: "\n")
                        for name in names {
                            let isEqual =
                                try expected.bytes(String(name.dropFirst(2))) == mount.bytes(String(name.dropFirst(2)))
                            #expect(isEqual, "\(name)")
                        }
                        return names.count
                    }
                }
            }
        }

        @Test(arguments: forms)
        func `a store in a ZIP archive shows the files that its folder does`(form: String) throws {
            try TestFiles.withTemporaryDirectory { directory in
                let store = try TestStore(at: directory.appending(path: "s.zarr"), attributes: TestStore.audioGroup)
                for (codec, name) in [("flac", "fixed.flac"), ("opus", "celt.opus"), ("aac", "exact.aac")] {
                    let blob = try MountedStore.fixture("recordings/\(name)")
                    try store.addRecording(codec, codec: codec, blob: blob, fileName: "\(codec).wav")
                }
                #expect(try compare(store.directory.path, form) == 3)
            }
        }

        @Test(.enabled(if: SharedMaterial.isPresent, SharedMaterial.comment))
        func `the shared stores in ZIP archives show the files that their folders do`() throws {
            let stores = try #require(SharedMaterial.directory).appending(path: "stores")
            for (number, name) in ["aac-2025-06-11", "flac-2025-06-18", "opus-ogg-2025-05-31"].enumerated() {
                #expect(try compare(stores.appending(path: "\(name).zarr").path, Self.forms[number]) > 0, "\(name)")
            }
        }
    }
}
