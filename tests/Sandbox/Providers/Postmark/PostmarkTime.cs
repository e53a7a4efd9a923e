using System.Globalization;

namespace OutsideWorld.Providers.Postmark;

internal static class PostmarkTime
{
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
