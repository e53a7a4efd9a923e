using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Audit;

/// <summary>An event as it stands in the database, with nothing opened, in the form that its hash is taken over.</summary>
/// <param name="Id">Id of the event.</param>
/// <param name="Tenant">The tenant it belongs to.</param>
/// <param name="Sequence">Its place among all events.</param>
/// <param name="Stream">The stream it stands in.</param>
/// <param name="Version">Its place in the stream.</param>
/// <param name="Canonical">Canonical JSON (RFC 8785) of tenant, stream, version, sequence, type, timestamp, data and metadata.</param>
public sealed record StoredEvent(Guid Id, string Tenant, long Sequence, string Stream, long Version, byte[] Canonical)
{
    public byte[] Hash { get; } = SHA256.HashData(Canonical);
}

/// <summary>Reads events past the serializer: evidence is about what is stored, not about what it means today.</summary>
public static class StoredEvents
{
    private const string Columns =
        """
        seq_id, id, tenant_id, stream_id, version, type, timestamp, data::text, headers::text, correlation_id, causation_id
        """;

    private const string From = $"select {Columns} from {StoreModel.Schema}.mt_events";

    /// <summary>Of all tenants, in the order of their sequence.</summary>
    public static NpgsqlCommand Between(long first, long last) => new($"{From} where seq_id between $1 and $2 order by seq_id")
    {
        Parameters = { new() { Value = first }, new() { Value = last } },
    };

    /// <summary>Of one tenant, in the order of their sequence.</summary>
    public static NpgsqlCommand Between(string tenant, long first, long last) => new($"{From} where seq_id between $1 and $2 and tenant_id = $3 order by seq_id")
    {
        Parameters = { new() { Value = first }, new() { Value = last }, new() { Value = tenant } },
    };

    /// <summary>One of a tenant.</summary>
    public static NpgsqlCommand One(string tenant, Guid id) => new($"{From} where id = $1 and tenant_id = $2")
    {
        Parameters = { new() { Value = id }, new() { Value = tenant } },
    };

    public static StoredEvent Read(System.Data.Common.DbDataReader row)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new() { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", row.GetInt64(0));
            json.WriteString("tenant", row.GetString(2));
            json.WriteString("stream", row.GetString(3));
            json.WriteNumber("version", row.GetInt64(4));
            json.WriteString("type", row.GetString(5));
            json.WriteString("timestamp", Time(row.GetFieldValue<DateTimeOffset>(6)));
            json.WritePropertyName("data");
            json.WriteRawValue(row.GetString(7), skipInputValidation: true);
            json.WriteStartObject("metadata");
            json.WriteString("id", row.GetGuid(1));
            json.WritePropertyName("headers");
            json.WriteRawValue(row.IsDBNull(8) ? "null" : row.GetString(8), skipInputValidation: true);
            json.WriteString("correlationId", TextOrNull(row, 9));
            json.WriteString("causationId", TextOrNull(row, 10));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new(row.GetGuid(1), row.GetString(2), row.GetInt64(0), row.GetString(3), row.GetInt64(4), CanonicalJson.Bytes(buffer.WrittenSpan));
    }

    /// <summary>A time as the database keeps it: to the microsecond.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string? TextOrNull(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
