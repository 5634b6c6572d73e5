#!/usr/bin/env python3
"""The price of a call centre's month, computed a second time: whole numbers only, no code shared with Tollbook.

    independent-sum.py outbound <calls.csv> <deck with the columns Prefix and "Price / min">
    independent-sum.py tollfree <calls.csv> <deck with the columns prefix, direction, number_class, price_per_minute>

The rules, from the mappings' descriptions and the decks: a leg lasts from vru_entry to the latest of vru_exit, q_exit and
ser_exit (0:00:00 is no time; more than 12 hours before the start means the next day); every begun minute counts; a leg of no
length costs nothing; the longest prefix of the number decides the price; each leg is rounded half up to micro-units.
"""
import csv
import json
import sys

FREE_NUMBER = "18005550199"


def main(direction, calls_path, deck_path):
    prices, prefixes = read_deck(direction, deck_path)
    legs = seconds_total = minutes_total = micros_total = unrated = midnight = 0
    with open(calls_path, newline="", encoding="utf-8") as file:
        for index, call in enumerate(csv.DictReader(file)):
            seconds, crossed = length_of(call)
            number = FREE_NUMBER if direction == "tollfree" else number_of(prefixes, index + 2)
            price = next((prices[number[:n]] for n in range(len(number), 0, -1) if number[:n] in prices), None)
            legs += 1
            midnight += crossed
            if price is None:
                unrated += 1
                continue
            minutes = -(-seconds // 60)
            numerator, denominator = price
            # Half up: add half a micro-unit, then cut.
            micros_total += (minutes * numerator * 2_000_000 + denominator) // (2 * denominator)
            seconds_total += seconds
            minutes_total += minutes
    print(json.dumps({
        "legs": legs, "unrated": unrated, "acrossMidnight": midnight,
        "seconds": seconds_total, "minutes": minutes_total, "micros": micros_total,
    }))


def read_deck(direction, path):
    prices, prefixes = {}, []
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if direction == "outbound":
                prefix, price = row["Prefix"], row["Price / min"]
                prefixes.append(prefix)
            elif row["direction"] == "inbound" and row["number_class"] == "tollFree":
                prefix, price = row["prefix"], row["price_per_minute"]
            else:
                continue
            prices[prefix] = fraction_of(price)
    return prices, prefixes


def fraction_of(text):
    whole, _, decimals = text.partition(".")
    return int(whole + decimals), 10 ** len(decimals)


def second_of_day(text):
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def length_of(call):
    start = second_of_day(call["vru_entry"])
    end = None
    for column in ("vru_exit", "q_exit", "ser_exit"):
        if call[column] == "0:00:00":
            continue
        time = second_of_day(call[column])
        if time < start - 43_200:
            time += 86_400
        if end is None or time > end:
            end = time
    if end is None or end < start:
        raise SystemExit(f"a call that ends before it begins: {call}")
    return end - start, end >= 86_400


def number_of(prefixes, line):
    value = 2_166_136_261
    for character in str(line):
        value = ((value ^ ord(character)) * 16_777_619) % 2**32
    prefix = prefixes[value % len(prefixes)]
    filler = f"{value:010d}" * 2
    return prefix + filler[: max(11 - len(prefix), 4)]


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("outbound", "tollfree"):
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
