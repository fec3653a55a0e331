#pragma once
#include <curl/curl.h>

// Functions with a variable number of arguments, which Swift does not import: one for each type of argument.
static inline CURLcode zwl_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode zwl_easy_set_large(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode zwl_easy_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode zwl_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode zwl_easy_set_callback(CURL *easy, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode zwl_easy_set_seek(CURL *easy, curl_seek_callback value) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, value);
}
static inline CURLMcode zwl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The result of a transfer is in a union, which Swift imports without its members' names in a message.
static inline CURLcode zwl_message_result(const CURLMsg *message) { return message->data.result; }

// A macro with a cast.
static inline CURLcode zwl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
