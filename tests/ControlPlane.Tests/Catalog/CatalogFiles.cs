using ControlPlane.Catalog;

namespace ControlPlane.Tests.Catalog;

/// <summary>A catalog of one's own in a folder of one's own, sound until a test spoils it.</summary>
public sealed class CatalogFiles : IDisposable
{
    public const string Trial = """
        apiVersion: controlplane/v1
        kind: PlanProfile
        metadata:
          name: trial
          version: 1
          publishedAt: 2026-01-15T00:00:00Z
        spec:
          displayName: Trial
          summary: Before anyone has paid.
          tier: solo
          purchasable: false
          modelAccess: bring_your_own_key
          entitlements: [rest_api]
          quotas:
            - { metric: instances, limit: 1, period: none, enforcement: block }
          changes: { upgrade: immediate, downgrade: period_end }
          dunning: { days: 0, reminderDays: [] }
          whileSuspended: billed

        """;

    public const string Offers = """
        apiVersion: controlplane/v1
        kind: OfferCatalog
        metadata:
          name: retail
          version: 1
          publishedAt: 2026-01-15T00:00:00Z
        spec:
          displayName: Monthly
          summary: Month by month.
          offers:
            - id: solo-monthly
              displayName: Solo
              planRef: solo@1
              billingPeriod: month
              prices:
                - { currency: EUR, amount: 1900, taxInclusive: true, priceId: price_solo_eur }
              taxCode: txcd_10103000
              trialDays: 14
              validFrom: 2026-01-15T00:00:00Z

        """;

    public const string Persona = """
        apiVersion: controlplane/v1
        kind: Persona
        metadata:
          name: tutor
          version: 1
          publishedAt: 2026-01-15T00:00:00Z
        spec:
          displayName: Tutor
          summary: Teaches in small steps.
          requiredTier: solo
          upsellOfferRef: retail@1#solo-monthly
          tone: warm
          languages: [en]
          skills: [teaching]
          suggestedInstructions: Teach.

        """;

    public static readonly string Solo = Trial
        .Replace("name: trial", "name: solo", StringComparison.Ordinal)
        .Replace("purchasable: false", "purchasable: true", StringComparison.Ordinal);

    private readonly string _root = Directory.CreateTempSubdirectory("catalog-").FullName;

    public CatalogFiles()
        : this(null)
    {
        Write("plan-profiles/trial.yaml", Trial);
        Write("plan-profiles/solo.yaml", Solo);
        Write("offer-catalogs/retail.yaml", Offers);
        Write("personas/tutor.yaml", Persona);
    }

    private CatalogFiles(string? copied)
    {
        foreach (var file in copied is null ? [] : Directory.EnumerateFiles(copied, "*.yaml", SearchOption.AllDirectories))
        {
            Write(Path.GetRelativePath(copied!, file), File.ReadAllText(file));
        }
    }

    /// <summary>A copy of the catalog that is shipped.</summary>
    public static CatalogFiles Shipped() => new(Path.Combine(AppContext.BaseDirectory, "catalog"));

    public string Folder => _root;

    public string PathOf(string file) => Path.Combine(_root, file);

    public CatalogFiles Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        File.WriteAllText(PathOf(file), text);
        return this;
    }

    /// <summary>Changes one place of a file; the place must be there.</summary>
    public CatalogFiles Change(string file, string from, string to)
    {
        var text = File.ReadAllText(PathOf(file));
        text.ShouldContain(from);
        return Write(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    public CatalogReading Load() => CatalogLoader.Load(_root, CatalogKinds.Shipped, DateTimeOffset.UnixEpoch);

    /// <summary>The catalog's faults as <c>file:line pointer code</c>.</summary>
    public string[] Faults() => [.. Load().Faults.Select(fault => $"{fault.File}:{fault.Line} {fault.Pointer} {fault.Code}")];

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
