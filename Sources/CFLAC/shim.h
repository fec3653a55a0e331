#pragma once
#include <FLAC/stream_decoder.h>
#include <FLAC/stream_encoder.h>

/* Sets whether the encoder computes the MD5 of the samples. Exported since 1.2.1 and used by flac(1) (--no-md5-sum), but declared
   in no header. */
FLAC_API FLAC__bool FLAC__stream_encoder_set_do_md5(FLAC__StreamEncoder *encoder, FLAC__bool value);

/* The library declares it as a mutable variable, which Swift 6 refuses to read. */
static inline const char *zwl_flac_version(void) {
    return FLAC__VERSION_STRING;
}
