package dev.rondo.balancer.telemetry;

/** Instants in UTC, written digit by digit. */
final class Timestamp {
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final long DAY = 86_400_000;
    private static final int DAYS_IN_ERA = 146_097; // 400 years
    private static final int DAYS_BEFORE_EPOCH = 719_468; // from 1 March of the year 0

    private Timestamp() {}

    /** ISO 8601 with milliseconds, {@code 2026-11-23T03:10:12.007Z}. Years 0 to 9999. */
    static void iso(long epochMillis, LineBuffer out) {
        long date = date(Math.floorDiv(epochMillis, DAY));
        long time = Math.floorMod(epochMillis, DAY);
        out.padded(date / 10_000, 4)
                .one('-')
                .padded(date / 100 % 100, 2)
                .one('-')
                .padded(date % 100, 2);
        out.one('T');
        clock(time, out);
        out.one('.').padded(time % 1_000, 3).one('Z');
    }

    /** As in the common log format, {@code 23/Nov/2026:03:10:12 +0000}. */
    static void common(long epochMillis, LineBuffer out) {
        long date = date(Math.floorDiv(epochMillis, DAY));
        out.padded(date % 100, 2).one('/').text(MONTHS[(int) (date / 100 % 100) - 1]);
        out.one('/').padded(date / 10_000, 4).one(':');
        clock(Math.floorMod(epochMillis, DAY), out);
        out.text(" +0000");
    }

    private static void clock(long millisOfDay, LineBuffer out) {
        long seconds = millisOfDay / 1_000;
        out.padded(seconds / 3_600, 2).one(':').padded(seconds / 60 % 60, 2);
        out.one(':').padded(seconds % 60, 2);
    }

    /**
     * The date as the number yyyymmdd. Years are counted from March, so that the leap day is the last of its year; the days
     * before a month are then 153 to each five.
     */
    private static long date(long epochDay) {
        long days = epochDay + DAYS_BEFORE_EPOCH;
        long era = Math.floorDiv(days, DAYS_IN_ERA);
        long dayOfEra = Math.floorMod(days, DAYS_IN_ERA);
        long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthFromMarch = (5 * dayOfYear + 2) / 153;
        long day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        long month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        long year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
        return year * 10_000 + month * 100 + day;
    }
}
