// swift-tools-version: 6.2
import PackageDescription

/// The settings of every Swift target.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Whether `make fuzz` builds the fuzzer of parsers, which cannot be linked without libFuzzer.
let isFuzzing = Context.environment["ZARRWLR_FUZZ"] != nil

/// The allocator; none in builds for AddressSanitizer and its kind (`make sanitize`, `make fuzz`), which bring one of their own.
let allocator: [Target.Dependency] =
    isFuzzing || Context.environment["ZARRWLR_SANITIZED"] != nil ? [] : ["CJemalloc"]

/// A library target and its test target. `dependencies` may be targets above it in docs/design.md, and no others.
/// Its `resources` become a part of the programs.
func layer(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [String] = [],
    tests: [Target.Dependency] = []
) -> [Target] {
    [
        .target(
            name: name, dependencies: dependencies, resources: resources.map { .embedInCode("Resources/\($0)") },
            swiftSettings: strict),
        .testTarget(
            name: "\(name)Tests", dependencies: [.target(name: name), "TestSupport"] + dependencies + tests,
            swiftSettings: strict),
    ]
}

let systemLibraries: [Target] = [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CCrc32c"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CFuse", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
    .systemLibrary(
        name: "CLibAV", pkgConfig: "libavcodec",
        providers: [.apt(["libavcodec-dev", "libavformat-dev", "libavutil-dev", "libswresample-dev"])]),
    .systemLibrary(name: "CFLAC", pkgConfig: "flac", providers: [.apt(["libflac-dev"])]),
    .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CBlosc", pkgConfig: "blosc", providers: [.apt(["libblosc-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // Not a system library target, since it defines a C variable.
    .target(name: "CJemalloc", linkerSettings: [.linkedLibrary("jemalloc")]),
]

let package = Package(
    name: "zarrwlr-mount",
    products: [
        .executable(name: "zarrwlr-mount", targets: ["zarrwlr-mount"]),
        .executable(name: "zarrwlr", targets: ["zarrwlr"]),
    ],
    targets: systemLibraries
        + layer("Support", ["CCrypto", "CCrc32c", "CLinux"])
        + layer("HTTP", ["Support", "CCurl"])
        + layer("S3", ["Support", "HTTP", "CExpat"])
        + layer("SQLite", ["Support", "CSQLite"])
        + layer("Zarr", ["Support", "HTTP", "S3", "CLinux", "CZstd", "CBlosc", "CZlib"])
        + layer("AudioCoding", ["Support", "CLibAV", "CFLAC", "COpus"])
        + layer("WaveFile", ["Support"])
        + layer("Recordings", ["Support", "SQLite", "Zarr", "AudioCoding", "WaveFile"])
        + layer("Importing", ["Support", "Zarr", "AudioCoding", "WaveFile", "Recordings"])
        + layer(
            "Spectrogram", ["Support", "AudioCoding", "WaveFile", "Recordings"], resources: ["font-7x14"],
            tests: ["SyntheticRecordings"])
        + layer(
            "VirtualFS", ["Support", "Recordings", "WaveFile", "Spectrogram"],
            resources: ["index.css", "index.html", "index.js"], tests: ["SyntheticRecordings"])
        + layer("FuseBridge", ["Support", "VirtualFS", "CFuse"])
        + layer("Confinement", ["Support", "CLinux", "CSeccomp"], tests: ["SQLite", "Zarr"])
        + layer(
            "Commands",
            [
                "Support", "HTTP", "S3", "Zarr", "WaveFile", "AudioCoding", "Recordings", "Importing", "Spectrogram",
                "VirtualFS", "FuseBridge", "Confinement", "CLinux",
            ] + allocator)
        + [
            .executableTarget(name: "zarrwlr-mount", dependencies: ["Commands"], swiftSettings: strict),
            .executableTarget(name: "zarrwlr", dependencies: ["Commands"], swiftSettings: strict),
            .executableTarget(
                name: "zarrwlr-bench",
                dependencies: ["Support", "Zarr", "AudioCoding", "Recordings", "VirtualFS", "CJemalloc"],
                path: "Benchmarks/zarrwlr-bench", swiftSettings: strict),
            .target(
                name: "TestSupport", dependencies: ["Support", "HTTP", "Zarr"], path: "Tests/TestSupport",
                swiftSettings: strict),
            .target(
                name: "SyntheticRecordings", dependencies: ["Support", "Recordings", "WaveFile"],
                path: "Tests/SyntheticRecordings", swiftSettings: strict),
            .testTarget(
                name: "FuzzTests", dependencies: ["TestSupport", "zarrwlr", "zarrwlr-mount"], swiftSettings: strict),
            .testTarget(
                name: "MountTests",
                dependencies: [
                    "TestSupport", "SyntheticRecordings", "Support", "Zarr", "WaveFile", "Recordings", "VirtualFS",
                    "FuseBridge",
                ],
                swiftSettings: strict),
        ]
)

if isFuzzing {
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "zarrwlr-fuzz",
            dependencies: ["Support", "Zarr", "S3", "AudioCoding", "WaveFile", "Recordings", "Commands", "CLibFuzzer"],
            path: "Fuzz/zarrwlr-fuzz", swiftSettings: strict),
    ]
}
