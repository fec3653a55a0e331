import CFuse

extension FuseSession {
    /// How a volume is mounted and served.
    public struct Options: Sendable {
        /// Mount options for libfuse and the kernel, as `name` or `name=value`, not escaped.
        public var mountOptions: [String] = []
        /// The most threads that answer requests; with 1, the thread that calls `run` answers all.
        public var maximumThreads = 10
        /// Whether files have extended attributes. If they have none, the kernel asks once and never again.
        public var hasExtendedAttributes = true
        /// Whether every request is logged, as a line for debugging.
        public var isTracing = false

        /// No mount options, ten threads.
        public init() {}

        /// A session of libfuse with these options and `operations`, which get `data`. It is connected to nothing yet.
        func makeSession(
            _ operations: fuse_lowlevel_ops, data: UnsafeMutableRawPointer?
        ) throws(FuseError) -> OpaquePointer {
            var arguments = fuse_args()
            defer { fuse_opt_free_args(&arguments) }
            // libfuse takes the first argument for the program's name.
            fuse_opt_add_arg(&arguments, "zarrwlr-mount")
            // The kernel takes this from the mount options, and libfuse insists that `FuseFileSystem.start` sets the same.
            let settled = ["max_read=\(FuseFileSystem.maximumReadByteCount)"]
            for option in mountOptions + settled + (isTracing ? ["debug"] : []) {
                fuse_opt_add_arg(&arguments, "-o\(Self.escaped(option))")
            }
            var operations = operations
            let (session, complaints) = FuseLog.collecting {
                zwl_session_new(&arguments, &operations, MemoryLayout<fuse_lowlevel_ops>.size, data)
            }
            guard let session else {
                throw FuseError(complaints, otherwise: "libfuse refuses the mount options")
            }
            return session
        }

        /// `option` with commas and backslashes escaped: libfuse's parser splits at commas and removes one backslash.
        private static func escaped(_ option: String) -> String {
            String(option.flatMap { $0 == "," || $0 == "\\" ? ["\\", $0] : [$0] })
        }
    }
}
