"""Just enough of libsndfile to time reads from the middle of a file."""

import ctypes
import ctypes.util
import time


class _Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64)] + [
        (name, ctypes.c_int) for name in ("samplerate", "channels", "format", "sections", "seekable")]


def read_latencies(path, count, places):
    """Seconds taken by seeking to each of the samples `places` and reading `count` samples of 16 bits there."""
    library = ctypes.CDLL(ctypes.util.find_library("sndfile"))
    library.sf_open.restype = ctypes.c_void_p
    library.sf_seek.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int]
    library.sf_seek.restype = ctypes.c_int64
    library.sf_readf_short.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    library.sf_readf_short.restype = ctypes.c_int64
    library.sf_close.argtypes = [ctypes.c_void_p]
    info = _Info()
    file = library.sf_open(str(path).encode(), 0x10, ctypes.byref(info))
    if not file:
        raise RuntimeError(f"libsndfile cannot open {path}")
    try:
        samples = (ctypes.c_int16 * (count * info.channels))()
        latencies = []
        for place in places:
            start = time.perf_counter()
            library.sf_seek(file, place, 0)
            done = library.sf_readf_short(file, samples, count)
            latencies.append(time.perf_counter() - start)
            if done != count:
                raise RuntimeError(f"libsndfile reads {done} samples of {path} instead of {count}")
        return latencies
    finally:
        library.sf_close(file)
