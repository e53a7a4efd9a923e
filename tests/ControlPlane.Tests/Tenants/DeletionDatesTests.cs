using System.Globalization;
using ControlPlane.Tenants;

namespace ControlPlane.Tests.Tenants;

public class DeletionDatesTests
{
    [Theory]
    [InlineData(TenantDeletionReason.Customer, 30, "2026-11-27", "2026-12-27", null)]
    [InlineData(TenantDeletionReason.Tos, 0, "2026-11-27", "2026-11-27", null)]
    [InlineData(TenantDeletionReason.Art17, 30, "2026-12-01", "2026-12-30", "2027-01-01")]
    [InlineData(TenantDeletionReason.Art17, 30, "2026-11-27", "2026-12-25", "2026-12-27")]
    [InlineData(TenantDeletionReason.Art17, 30, "2027-01-31", "2027-02-26", "2027-02-28")]
    [InlineData(TenantDeletionReason.Art17, 7, "2026-11-27", "2026-12-04", "2026-12-27")]
    public void a_persons_demand_is_met_two_days_before_the_law_asks(TenantDeletionReason reason, int grace, string now, string purgeAt, string? deadline)
    {
        var dates = DeletionDates.Of(reason, grace, Day(now));

        dates.ShouldBe(new(Day(purgeAt), deadline is null ? null : Day(deadline)));
    }

    private static DateTimeOffset Day(string day) => DateTimeOffset.Parse($"{day}T10:00:00Z", CultureInfo.InvariantCulture);
}
