//! The releases themselves. Facts of these sources, each held against the table on 2026-11-29:
//!
//! - Ubuntu and Debian: the files `ubuntu.csv` and `debian.csv` of Debian's package `distro-info-data`
//!   0.58+deb12u7, which follow <https://wiki.ubuntu.com/Releases> and
//!   <https://wiki.debian.org/DebianReleases>; every day agrees. Of Ubuntu it is the end of standard support
//!   of servers (`eol-server`); what is sold or subscribed to after that (ESM, Ubuntu Pro) is none. Of
//!   Debian it is the end of support by its own security team (`eol`), before LTS.
//! - Red Hat Enterprise Linux: its life cycle, <https://access.redhat.com/support/policy/updates/errata>, as
//!   <https://endoflife.date/rhel> records it from Red Hat's own data. The end of maintenance, before extended
//!   life.
//! - CentOS: <https://www.centos.org/cl-vs-cs/>, <https://www.centos.org/download/> for the ends of Stream 9
//!   and 10, <https://endoflife.date/centos> for CentOS 5 to 8, <https://wiki.centos.org/HowTos/EOL> for the end
//!   of CentOS 4. When that came out, no page that was found still says.
//! - Rocky Linux: <https://wiki.rockylinux.org/rocky/version/>. Its first release for use was 8.4; the page
//!   counts 8.3, a candidate of 2021-05-01, as well.
//! - AlmaLinux: <https://wiki.almalinux.org/release-notes/>. Others tell of 2029-03-01 for the end of 8, which
//!   AlmaLinux itself once did.

use super::Distribution::{self, AlmaLinux, CentOs, CentOsStream, Debian, RedHat, Rocky, Ubuntu};
use super::Release;

type Day = (i32, u32, u32);

const fn lts(number: &'static str, code: &'static str, out: Day, end: Day) -> Release {
    release(Ubuntu, number, Some(code), true, out, end)
}

const fn interim(number: &'static str, code: &'static str, out: Day, end: Day) -> Release {
    release(Ubuntu, number, Some(code), false, out, end)
}

const fn debian(number: &'static str, code: &'static str, out: Day, end: Day) -> Release {
    release(Debian, number, Some(code), false, out, end)
}

const fn plain(of: Distribution, number: &'static str, out: Day, end: Day) -> Release {
    release(of, number, None, false, out, end)
}

const fn release(
    distribution: Distribution,
    number: &'static str,
    code_name: Option<&'static str>,
    lts: bool,
    released: Day,
    support_ends: Day,
) -> Release {
    Release {
        distribution,
        number,
        code_name,
        lts,
        released,
        support_ends,
    }
}

/// Every release that is known, by distribution, the oldest first.
pub(super) const RELEASES: &[Release] = &[
    interim("4.10", "Warty", (2004, 10, 20), (2006, 4, 30)),
    interim("5.04", "Hoary", (2005, 4, 8), (2006, 10, 31)),
    interim("5.10", "Breezy", (2005, 10, 12), (2007, 4, 13)),
    lts("6.06", "Dapper", (2006, 6, 1), (2011, 6, 1)),
    interim("6.10", "Edgy", (2006, 10, 26), (2008, 4, 25)),
    interim("7.04", "Feisty", (2007, 4, 19), (2008, 10, 19)),
    interim("7.10", "Gutsy", (2007, 10, 18), (2009, 4, 18)),
    lts("8.04", "Hardy", (2008, 4, 24), (2013, 5, 9)),
    interim("8.10", "Intrepid", (2008, 10, 30), (2010, 4, 30)),
    interim("9.04", "Jaunty", (2009, 4, 23), (2010, 10, 23)),
    interim("9.10", "Karmic", (2009, 10, 29), (2011, 4, 30)),
    lts("10.04", "Lucid", (2010, 4, 29), (2015, 4, 30)),
    interim("10.10", "Maverick", (2010, 10, 10), (2012, 4, 10)),
    interim("11.04", "Natty", (2011, 4, 28), (2012, 10, 28)),
    interim("11.10", "Oneiric", (2011, 10, 13), (2013, 5, 9)),
    lts("12.04", "Precise", (2012, 4, 26), (2017, 4, 28)),
    interim("12.10", "Quantal", (2012, 10, 18), (2014, 5, 16)),
    interim("13.04", "Raring", (2013, 4, 25), (2014, 1, 27)),
    interim("13.10", "Saucy", (2013, 10, 17), (2014, 7, 17)),
    lts("14.04", "Trusty", (2014, 4, 17), (2019, 4, 25)),
    interim("14.10", "Utopic", (2014, 10, 23), (2015, 7, 23)),
    interim("15.04", "Vivid", (2015, 4, 23), (2016, 2, 4)),
    interim("15.10", "Wily", (2015, 10, 22), (2016, 7, 28)),
    lts("16.04", "Xenial", (2016, 4, 21), (2021, 4, 30)),
    interim("16.10", "Yakkety", (2016, 10, 13), (2017, 7, 20)),
    interim("17.04", "Zesty", (2017, 4, 13), (2018, 1, 13)),
    interim("17.10", "Artful", (2017, 10, 19), (2018, 7, 19)),
    lts("18.04", "Bionic", (2018, 4, 26), (2023, 5, 31)),
    interim("18.10", "Cosmic", (2018, 10, 18), (2019, 7, 18)),
    interim("19.04", "Disco", (2019, 4, 18), (2020, 1, 23)),
    interim("19.10", "Eoan", (2019, 10, 17), (2020, 7, 17)),
    lts("20.04", "Focal", (2020, 4, 23), (2025, 5, 29)),
    interim("20.10", "Groovy", (2020, 10, 22), (2021, 7, 22)),
    interim("21.04", "Hirsute", (2021, 4, 22), (2022, 1, 20)),
    interim("21.10", "Impish", (2021, 10, 14), (2022, 7, 14)),
    lts("22.04", "Jammy", (2022, 4, 21), (2027, 6, 1)),
    interim("22.10", "Kinetic", (2022, 10, 20), (2023, 7, 20)),
    interim("23.04", "Lunar", (2023, 4, 20), (2024, 1, 25)),
    interim("23.10", "Mantic", (2023, 10, 12), (2024, 7, 11)),
    lts("24.04", "Noble", (2024, 4, 25), (2029, 5, 31)),
    interim("24.10", "Oracular", (2024, 10, 10), (2025, 7, 10)),
    interim("25.04", "Plucky", (2025, 4, 17), (2026, 1, 15)),
    interim("25.10", "Questing", (2025, 10, 9), (2026, 7, 9)),
    lts("26.04", "Resolute", (2026, 4, 23), (2031, 5, 29)),
    interim("26.10", "Stonking", (2026, 10, 15), (2027, 7, 15)),
    debian("4", "Etch", (2007, 4, 8), (2010, 2, 15)),
    debian("5", "Lenny", (2009, 2, 14), (2012, 2, 6)),
    debian("6", "Squeeze", (2011, 2, 6), (2014, 5, 31)),
    debian("7", "Wheezy", (2013, 5, 4), (2016, 4, 25)),
    debian("8", "Jessie", (2015, 4, 26), (2018, 6, 17)),
    debian("9", "Stretch", (2017, 6, 17), (2020, 7, 18)),
    debian("10", "Buster", (2019, 7, 6), (2022, 9, 10)),
    debian("11", "Bullseye", (2021, 8, 14), (2024, 8, 14)),
    debian("12", "Bookworm", (2023, 6, 10), (2026, 7, 11)),
    debian("13", "Trixie", (2025, 8, 9), (2028, 8, 9)),
    plain(RedHat, "4", (2005, 2, 15), (2012, 2, 29)),
    plain(RedHat, "5", (2007, 3, 15), (2017, 3, 31)),
    plain(RedHat, "6", (2010, 11, 10), (2020, 11, 30)),
    plain(RedHat, "7", (2014, 6, 10), (2024, 6, 30)),
    plain(RedHat, "8", (2019, 5, 7), (2029, 5, 31)),
    plain(RedHat, "9", (2022, 5, 18), (2032, 5, 31)),
    plain(RedHat, "10", (2025, 5, 20), (2035, 5, 31)),
    plain(CentOs, "4", (2005, 3, 9), (2012, 2, 29)),
    plain(CentOs, "5", (2007, 4, 12), (2017, 3, 31)),
    plain(CentOs, "6", (2011, 7, 10), (2020, 11, 30)),
    plain(CentOs, "7", (2014, 7, 7), (2024, 6, 30)),
    plain(CentOs, "8", (2019, 9, 24), (2021, 12, 31)),
    plain(CentOsStream, "8", (2019, 9, 24), (2024, 5, 31)),
    plain(CentOsStream, "9", (2021, 12, 3), (2027, 5, 31)),
    plain(CentOsStream, "10", (2024, 12, 12), (2030, 5, 31)),
    plain(Rocky, "8", (2021, 6, 21), (2029, 5, 31)),
    plain(Rocky, "9", (2022, 7, 14), (2032, 5, 31)),
    plain(Rocky, "10", (2025, 6, 11), (2035, 5, 31)),
    plain(AlmaLinux, "8", (2021, 3, 30), (2029, 5, 31)),
    plain(AlmaLinux, "9", (2022, 5, 26), (2032, 5, 31)),
    plain(AlmaLinux, "10", (2025, 5, 27), (2035, 5, 31)),
];
