//! Files that hold characters, but neither a text to read nor records: a page under the name of records, a pointer to a file,
//! mail, code around JSON.
//!
//! Such a file would be read as one document, or rejected line by line, and what it is would not be told.

use std::path::Path;

use super::InputFormat;
use super::by_name::{ByName, by_name};
use super::content::is_html;
use super::encoding::BOM;
use super::remedies;
use crate::error::Remedy;

/// The beginnings of dumps of databases.
const DUMPS: [&[u8]; 8] = [
    b"-- MySQL dump",
    b"-- MariaDB dump",
    b"/*M!999999",
    b"/*!40",
    b"-- phpMyAdmin SQL Dump",
    b"--\n-- PostgreSQL database dump",
    b"--\r\n-- PostgreSQL database dump",
    b"PRAGMA foreign_keys=OFF;",
];

/// Fields that begin the heads of messages as servers and browsers store them.
const STORED_MESSAGES: [&[u8]; 5] =
    [b"return-path: ", b"received: ", b"delivered-to: ", b"x-received: ", b"from: <saved by "];

/// Fields of any message.
const MESSAGE_FIELDS: [&[u8]; 8] =
    [b"from: ", b"to: ", b"date: ", b"subject: ", b"message-id: ", b"mime-version: ", b"content-type: ", b"reply-to: "];

/// What a file of text at `path` that begins with `head` is, with an article, and the remedy; `None` if its text or its
/// records may be read.
pub(super) fn of(path: &Path, head: &[u8]) -> Option<(&'static str, Remedy)> {
    let text = head.strip_prefix(BOM).unwrap_or(head).trim_ascii_start();
    let begins = |with: &[u8]| text.starts_with(with);
    let named = by_name(path);

    if begins(b"version https://git-lfs.github.com/spec/") {
        return Some(("a pointer that Git LFS left for the file", remedies::FETCH_LFS));
    }
    let is_of_records = !matches!(named, ByName::Known(InputFormat::Html | InputFormat::Text));
    let is_certain = matches!(named, ByName::Known(_) | ByName::Json);
    if is_of_records && is_certain && is_html(text) {
        return Some(("an HTML page under another name", remedies::FETCH_AGAIN));
    }
    if matches!(named, ByName::Known(InputFormat::Csv | InputFormat::Tsv | InputFormat::Html)) {
        return None;
    }

    let code = || is_code(text, named).then_some(("JSON within JavaScript", remedies::CUT_CODE));
    let mail = || is_mail(text).then_some(("mail, or a page saved as MHTML", remedies::EXTRACT_MESSAGES));
    let dump = || DUMPS.iter().any(|dump| begins(dump)).then_some(("a dump of a database", remedies::EXPORT_TABLE));
    let other = || match text {
        _ if begins(b"BEGIN:VCALENDAR") => Some(("a calendar", remedies::EXTRACT_TEXT)),
        _ if begins(b"BEGIN:VCARD") => Some(("a list of addresses", remedies::LEAVE_OUT)),
        _ if begins(b"[InternetShortcut]") => Some(("a Windows shortcut", remedies::LEAVE_OUT)),
        _ => None,
    };
    code().or_else(mail).or_else(dump).or_else(other)
}

/// Whether a text is JSON that a program assigns or is called with: `window.YTD.tweets.part0 = [`, `var data = {`, and
/// under a name of JSON also `callback({`, `)]}'`.
fn is_code(text: &[u8], named: ByName) -> bool {
    let is_json = matches!(named, ByName::Json | ByName::Known(InputFormat::JsonLines));
    if is_json && text.starts_with(b")]}'") {
        return true;
    }

    let words = [&b"var "[..], b"let ", b"const ", b"window."];
    let declared = words.iter().find_map(|word| text.strip_prefix(*word));
    let rest = declared.unwrap_or(text);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$.".contains(byte);
    let end = rest.iter().position(|byte| !is_name(byte)).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);

    let opens = |rest: &[u8]| matches!(rest.trim_ascii_start().first(), Some(b'[' | b'{'));
    let rest = rest.trim_ascii_start();
    let is_assigned = declared.is_some() && rest.strip_prefix(b"=").is_some_and(opens);
    let is_called = is_json && rest.strip_prefix(b"(").is_some_and(opens);
    !name.is_empty() && (is_assigned || is_called)
}

/// Whether a text is a message with its head, or a mailbox: a line `From `, then a head.
fn is_mail(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_field =
        |line: &[u8]| [&STORED_MESSAGES[..], &MESSAGE_FIELDS].concat().iter().any(|field| line.starts_with(field));
    if lower.starts_with(b"from ") {
        let second = memchr::memchr(b'\n', &lower).and_then(|end| lower.get(end + 1..));
        return second.is_some_and(is_field);
    }

    let has = |field: &[u8]| memchr::memmem::find(&lower, field).is_some();
    let is_message = || is_field(&lower) && (has(b"\nmime-version: ") || has(b"\nmessage-id: "));
    STORED_MESSAGES.iter().any(|field| lower.starts_with(field)) || is_message()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str, head: &str) -> Option<&'static str> {
        of(Path::new(path), head.as_bytes()).map(|(what, _)| what)
    }

    #[test]
    fn text_that_is_no_text_is_named() {
        let table = [
            (
                "a.jsonl",
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a",
                "a pointer that Git LFS left for the file",
            ),
            ("a.txt", "version https://git-lfs.github.com/spec/v1\n", "a pointer that Git LFS left for the file"),
            ("a.jsonl", "<!DOCTYPE html><html>", "an HTML page under another name"),
            ("a.csv.gz", "<html lang=\"ar\">", "an HTML page under another name"),
            ("tweets.js", "window.YTD.tweets.part0 = [ {", "JSON within JavaScript"),
            ("a.json", "var data = [{\"id\": 1}];", "JSON within JavaScript"),
            ("a.json", "callback([{\"id\": 1}]);", "JSON within JavaScript"),
            ("a.json", ")]}'\n[{\"id\": 1}]", "JSON within JavaScript"),
            ("a.eml", "Return-Path: <a@b.example>\nReceived: from x", "mail, or a page saved as MHTML"),
            ("a.mht", "From: <Saved by Blink>\r\nSubject: x", "mail, or a page saved as MHTML"),
            ("a.txt", "Date: Tue\nMIME-Version: 1.0\n\n", "mail, or a page saved as MHTML"),
            ("mail", "From a@b.example Fri Jul  8 12:08:34 2011\nFrom: a\n", "mail, or a page saved as MHTML"),
            ("a.sql", "-- MySQL dump 10.13  Distrib 8.0", "a dump of a database"),
            ("a.sql", "--\n-- PostgreSQL database dump\n--", "a dump of a database"),
            ("a.ics", "BEGIN:VCALENDAR\nVERSION:2.0", "a calendar"),
            ("a.url", "[InternetShortcut]\r\nURL=https://a.example/", "a Windows shortcut"),
        ];
        for (path, head, what) in table {
            assert_eq!(name(path, head), Some(what), "{path}: {head}");
        }
    }

    #[test]
    fn texts_that_only_resemble_such_files_are_read() {
        let table = [
            ("a.txt", "From here on the road climbs.\nSubject to change."),
            ("a.txt", "Subject: التقرير السنوي\n\nنص الرسالة"),
            ("a.txt", "Date: 3 May\nPlace: Cairo"),
            ("a.txt", "-- a line of dashes"),
            ("a.txt", "window.open is a function"),
            ("a.txt", "f({x}) is a set"),
            ("a.txt", "<html><body>"),
            ("a.html", "<html><body>"),
            ("a.json", "{\"id\": 1}"),
            ("a.csv", "From: ,To: \n"),
            ("a.txt", "version 1 of the text"),
            ("a.txt", ""),
        ];
        for (path, head) in table {
            assert_eq!(name(path, head), None, "{path}: {head}");
        }
    }
}
