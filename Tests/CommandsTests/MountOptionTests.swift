import Testing
import VirtualFS

@testable import Commands

@Suite struct `Mount options` {
    @Test func `mount options change the settings that they name`() throws {
        let configuration = try applied(
            "ro,group=/pond/mono/,uid=12,gid=34,umask=027,cache_mb=64,max_threads=3,log=/var/log/x,subtype=wlr")
        #expect(configuration.group == "pond/mono")
        #expect((configuration.owner, configuration.ownerGroup) == (12, 34))
        #expect(configuration.umask == 0o027)
        #expect(configuration.cacheByteCount == 64 << 20)
        #expect(configuration.maximumThreads == 3)
        #expect(configuration.logFile == "/var/log/x")
        #expect(configuration.allFuseOptions(store: "/s") == ["ro", "fsname=/s", "subtype=wlr"])
    }

    @Test func `a mount of a remote store has threads for all requests that wait for its server`() throws {
        var configuration = try applied("connections=4")
        #expect(configuration.maximumThreads >= 4)
        let local = configuration.maximumThreads
        configuration.store = "s3://birds/a.zarr"
        #expect(configuration.maximumThreads == 32)
        configuration = try applied("connections=40")
        #expect(configuration.maximumThreads == local)
        configuration.store = "https://data.example.org/a.zarr"
        #expect(configuration.maximumThreads == 80)
    }

    @Test func `mount options of libfuse and the kernel are passed on in their order`() throws {
        let configuration = try applied("allow_other,,noexec,default_permissions,")
        #expect(configuration.fuseOptions == ["allow_other", "noexec", "default_permissions"])
        #expect(
            configuration.allFuseOptions(store: "/s")
                == ["ro", "fsname=/s", "subtype=zarrwlr", "allow_other", "noexec", "default_permissions"])
    }

    @Test(arguments: ["allow_other", "allow_root"])
    func `the kernel checks permission bits if other users are let in`(option: String) throws {
        #expect(
            try applied(option).allFuseOptions(store: "/s")
                == ["ro", "fsname=/s", "subtype=zarrwlr", option, "default_permissions"])
        #expect(try applied("noexec").allFuseOptions(store: "/s") == ["ro", "fsname=/s", "subtype=zarrwlr", "noexec"])
    }

    @Test func `a mount option may contain a comma or a backslash after a backslash`() throws {
        let configuration = try applied(#"fsname=a\,b\\c=d,umask=7"#)
        #expect(configuration.sourceName == #"a,b\c=d"#)
        #expect(configuration.umask == 0o7)
    }

    @Test(arguments: [
        ("nonsense", "unknown option 'nonsense'; --help lists them all"),
        ("ro,rw", "option 'rw': a store is mounted read-only; leave it out"),
        ("uid", "option 'uid' needs a value: uid=N"), ("uid=", "option 'uid' needs a value: uid=N"),
        ("uid=-1", "option 'uid': '-1' is not a number from 0 to 4294967295"),
        ("uid=4294967296", "option 'uid': '4294967296' is not a number from 0 to 4294967295"),
        ("umask=8", "option 'umask': '8' is not a number from 0 to 777 (octal)"),
        ("umask=1000", "option 'umask': '1000' is not a number from 0 to 777 (octal)"),
        ("max_threads=0", "option 'max_threads': '0' is not a number from 1 to 1024"),
        (
            "cache_mb=99999999999999999999",
            "option 'cache_mb': '99999999999999999999' is not a number from 0 to 1048576"
        ),
        ("cache_disk_mb=-1", "option 'cache_disk_mb': '-1' is not a number from 0 to 1073741824"),
        ("expansion=1", "option 'expansion': '1' is not a number from 2 to 1000"),
        ("expansion=1001", "option 'expansion': '1001' is not a number from 2 to 1000"),
        ("ro=1", "option 'ro' takes no value"), ("allow_other=", "option 'allow_other' takes no value"),
    ])
    func `invalid mount options are refused with advice`(list: String, reason: String) {
        #expect {
            _ = try applied(list)
        } throws: { error in
            "\(error)" == reason
        }
    }

    @Test func `options say where coded bytes are kept on disk, and how many`() throws {
        let configuration = try applied("cache_dir=/scratch/blocks,cache_disk_mb=3")
        #expect(configuration.blockFolder == "/scratch/blocks")
        #expect(configuration.blockByteLimit == 3 << 20)
        #expect(MountConfiguration().blockByteLimit == 2 << 30)
        #expect(MountConfiguration().blockFolder == nil)
        #expect(try applied("cache_dir=off").blockByteLimit == 0)
    }

    @Test func `views, how slow they are and how large are options`() throws {
        let configuration = try applied("views=none:by-date:x10,expansion=16,part_size=500M")
        #expect(try configuration.views == ViewSelection("none:by-date:x10"))
        #expect(configuration.volumeOptions.views == configuration.views)
        #expect(configuration.volumeOptions.expansion == 16)
        #expect(configuration.volumeOptions.partByteCount == 500 << 20)
        #expect(MountConfiguration().volumeOptions.views == .usual)
    }

    @Test(
        arguments: [
            ("131072", 1 << 17), ("128K", 1 << 17), ("1M", 1 << 20), ("2G", 1 << 31), ("4G", 1 << 32),
            ("4294967296", 1 << 32), ("131071", nil), ("127K", nil), ("5G", nil), ("4294967297", nil), ("1T", nil),
            ("G", nil), ("1.5G", nil), ("-1G", nil), ("1k", nil), ("99999999999999999999", nil),
            ("99999999999999999G", nil),
        ] as [(String, UInt64?)])
    func `the size of a part is a number of bytes, K, M or G`(text: String, byteCount: UInt64?) throws {
        guard let byteCount else {
            #expect {
                _ = try applied("part_size=\(text)")
            } throws: {
                "\($0)" == "option 'part_size': '\(text)' is not a number of bytes from 128K to 4G"
            }
            return
        }
        #expect(try applied("part_size=\(text)").partByteCount == byteCount)
    }

    @Test func `no two mount options have the same name`() {
        let names = MountOption.all.flatMap(\.names)
        #expect(Set(names).count == names.count)
    }

    private func applied(_ list: String) throws -> MountConfiguration {
        var configuration = MountConfiguration()
        try MountOption.apply(list, to: &configuration)
        return configuration
    }
}
