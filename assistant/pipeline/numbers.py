"""The stages below language: the customer table, lifetime value, segments and their certificate.

A segmentation is frozen when it is fitted. Rows that come in later are assigned by the frozen model; only
`refit` fits again, and then the version before is kept, so that what moved can be told.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from assistant.clv import lifetime_values
from assistant.data import Cutoff, Tables, connect
from assistant.features import customer_features, default_as_of
from assistant.pipeline.ingesting import Ingesting
from assistant.pipeline.running import StageResult, is_whole, stage_key
from assistant.pipeline.stages import VERSIONS
from assistant.pipeline.versions import keep_version, last_version
from assistant.recommendations import evaluate_holdout, fit_recommender, segments_before
from assistant.records import ColumnModel, Segment, Segmentation
from assistant.records.audiences import Audience
from assistant.records.certificates import Certificate, CertificateSettings, Drift, SegmentCertificate
from assistant.records.lifetime import LifetimeReport
from assistant.records.recommendations import RecommendationReport, SegmentOffers
from assistant.segments import fit_segments, join_column, place_customers
from assistant.segments.audiences import Shop, certify_audience, describe, load_audience, members, open_shop
from assistant.segments.certifying import certify_segmentation, drift_between
from assistant.segments.profiling import traits_of
from assistant.workspace import read_record, sha256_file, write_record

# Bootstrap samples behind the certificate: the ranges it shows need more than the choice of k does.
CERTIFICATE_RESAMPLES = 50


class Numbers(Ingesting):
    """Rows, features, lifetime value, segments, certificate, recommendations."""

    refit = False
    """Whether segments are fitted again where the customers have changed."""

    def features(self) -> StageResult:
        """The customer table."""

        def make(out: Path) -> Mapping[str, object]:
            tables = Tables(self.workspace.data, connect(self.settings.engine))
            as_of = self.settings.data.as_of or default_as_of(tables)
            frame: pd.DataFrame = customer_features(tables, self._cutoff(as_of)).order_by("customer_id").execute()
            frame.to_parquet(out / self.paths.features.name, index=False)
            return {"as_of": as_of.isoformat(), "customers": len(frame), "features": frame.shape[1] - 1}

        settings = self.settings.data.model_dump(mode="json", include={"as_of", "known_at"})
        return self._run("features", self.workspace.segments, self.data().hashes, settings, make)

    def lifetime(self) -> StageResult:
        """What each customer is expected to bring in the next twelve months."""
        features = self.features()

        def make(out: Path) -> Mapping[str, object]:
            seed = self.settings.segments.seed
            found = lifetime_values(Tables(self.workspace.data), self.cutoff(), self.settings.lifetime, seed)
            write_record(out / self.paths.lifetime.name, found.record)
            found.customers.to_parquet(out / self.paths.lifetime_values.name, index=False)
            return {"method": found.record.method, "customers": len(found.customers)}

        return self._run(
            "lifetime",
            self.workspace.segments,
            {**self.data().hashes, **features.hashes},
            {**self.settings.lifetime.model_dump(mode="json"), **self._horizon()},
            make,
            seed=self.settings.segments.seed,
        )

    def fit(self) -> StageResult:
        """The frozen segmentation.

        It stays what it is while its settings do, whatever rows come in, unless `refit` is set.
        """
        if "fit" in self._done:
            return self._done["fit"]
        inputs = self.features().hashes
        least = self.settings.facts.min_group_size
        settings = {**self.settings.segments.model_dump(mode="json"), "min_group_size": least}
        seed = self.settings.segments.seed
        before = self.workspace.manifest(self.workspace.segments, "fit")
        if before is not None and not self.refit and is_whole(self.workspace.root, before):
            as_fitted = stage_key("fit", VERSIONS["fit"], before.inputs, settings, seed)
            inputs = before.inputs if as_fitted == before.key else inputs

        def make(out: Path) -> Mapping[str, object]:
            k_max = self.settings.segments.k_max
            features = self._table(self.settings.segments.column)
            fitted = fit_segments(
                features,
                self.cutoff().as_of.isoformat(),
                self.settings.segments,
                lambda trial: self.listener.stage_progress("fit", trial.k - 1, k_max - 1, f"k = {trial.k}"),
                least,
            )
            version = keep_version(self.paths, fitted.segmentation)
            frozen = fitted.segmentation.model_copy(update={"version": version})
            write_record(out / self.paths.fitted.name, frozen)
            features.to_parquet(out / self.paths.fitted_features.name, index=False)
            return {"version": version, "method": frozen.method, "segments": len(frozen.segments)}

        return self._run("fit", self.workspace.segments, inputs, settings, make, seed=seed)

    def segments(self) -> StageResult:
        """Today's customers in the frozen segmentation."""
        fit, features = self.fit(), self.features()

        def make(out: Path) -> Mapping[str, object]:
            frozen = read_record(self.paths.fitted, Segmentation)
            as_of = self.cutoff().as_of.isoformat()
            table = self._table(_column_of(frozen))
            placed = place_customers(frozen, table, as_of, self.settings.segments)
            write_record(out / self.paths.segmentation.name, placed.segmentation)
            placed.assignments.to_parquet(out / self.paths.assignments.name, index=False)
            return {"segments": len(placed.segmentation.segments), "customers": len(placed.assignments)}

        return self._run(
            "segments",
            self.workspace.segments,
            {**self.data().hashes, **features.hashes, **fit.hashes},
            {"rfm": self.settings.segments.rfm.model_dump(mode="json")},
            make,
        )

    def audience_groups(self) -> dict[str, str]:
        """The customers of each audience by rule, and its certificate: a stage each.

        Returns:
            What a later stage depends on: path below the workspace -> hash.
        """
        hashes: dict[str, str] = {}
        for name in self._audience_files():
            hashes |= self._audience(name).hashes
        return hashes

    def _audience(self, name: str) -> StageResult:
        segments, features = self.segments(), self.features()
        settings = self._certificate_settings()

        def make(out: Path) -> Mapping[str, object]:
            rule, table = load_audience(self._audience_files()[name]), self.table()
            placed = pd.read_parquet(self.paths.assignments, columns=["customer_id", "segment"])
            shop = self.shop(table, placed)
            segment, inside = _counted(name, rule, table, shop)
            write_record(out / f"{name}.json", segment)
            inside.to_parquet(out / f"{name}.parquet", index=False)
            write_record(out / f"{name}.certificate.json", certify_audience(rule, name, table, shop, settings))
            return {"audience": name, "customers": segment.customers}

        return self._run(
            f"audience {name}",
            self.paths.audiences,
            {
                **self.data().hashes,
                **features.hashes,
                **segments.hashes,
                "rule": sha256_file(self._audience_files()[name]),
            },
            {**settings.model_dump(mode="json"), "known_at": self.settings.data.known_at},
            make,
            seed=settings.seed,
        )

    def certificate(self) -> StageResult:
        """Whether the segments hold and what they are worth; what has moved since the version before."""
        fit, features = self.fit(), self.features()
        settings = self._certificate_settings()

        def make(out: Path) -> Mapping[str, object]:
            frozen = read_record(self.paths.fitted, Segmentation)
            table = self._table(_column_of(frozen))
            made = certify_segmentation(Tables(self.workspace.data), self.cutoff(), table, frozen, settings)
            write_record(out / self.paths.certificate.name, made)
            drift = self._drift(frozen)
            if drift is not None:
                write_record(out / self.paths.drift.name, drift)
            return {"certified": sum(own.certified for own in made.segments), "segments": len(made.segments)}

        return self._run(
            "certificate",
            self.workspace.segments,
            {**self.data().hashes, **features.hashes, **fit.hashes},
            {**settings.model_dump(mode="json"), "known_at": self.settings.data.known_at},
            make,
            seed=self.settings.segments.seed,
        )

    def recommendations(self) -> StageResult:
        """What each segment and each customer may be offered next, and how good such lists were on days kept back."""
        segments, features = self.segments(), self.features()
        settings, seed = self.settings.recommendations, self.settings.segments.seed

        def make(out: Path) -> Mapping[str, object]:
            tables, cutoff = Tables(self.workspace.data), self.cutoff()
            frozen = read_record(self.paths.fitted, Segmentation)
            earlier = Cutoff(cutoff.as_of - dt.timedelta(days=cutoff.horizon_days), None, cutoff.horizon_days)
            then = segments_before(tables, earlier, frozen, len(frozen.segments), seed)
            report = evaluate_holdout(tables, earlier, then, settings, seed=seed)
            write_record(out / self.paths.recommendations.name, report)
            placed = pd.read_parquet(self.paths.assignments, columns=["customer_id", "segment"])
            least = self.settings.facts.min_group_size
            made = fit_recommender(tables, cutoff, placed, settings, min_group_size=least, seed=seed)
            for segment in frozen.segments:
                if (placed["segment"] == segment.segment).any():
                    offers = made.for_segment(segment.segment, settings.count)
                    write_record(out / "offers" / f"{segment.segment}.json", SegmentOffers(offers=offers))
            rows = made.write(out / self.paths.recommended.name, settings.count)
            return {"rows": rows, "model": report.fit.model}

        return self._run(
            "recommendations",
            self.workspace.segments,
            {**self.data().hashes, **features.hashes, **segments.hashes},
            {**settings.model_dump(mode="json"), **self._horizon()},
            make,
            seed=seed,
        )

    def recommendation_report(self) -> RecommendationReport:
        """How good recommendations are."""
        return read_record(self.paths.recommendations, RecommendationReport)

    def _drift(self, frozen: Segmentation) -> Drift | None:
        """Against the version before; where there is none, of the frozen model against the day it was fitted."""
        today = self._table(_column_of(frozen))
        before = last_version(self.paths)
        if before is not None:
            then, features = before
            column = _column_of(then)
            if column is not None and column != _column_of(frozen):
                today = self._joined(today, column)
            return drift_between(then, frozen, features, self._joined(today, _column_of(frozen)))
        if frozen.as_of == self.cutoff().as_of.isoformat():
            return None
        now = frozen.model_copy(update={"as_of": self.cutoff().as_of.isoformat()})
        return drift_between(frozen, now, pd.read_parquet(self.paths.fitted_features), today)

    def _certificate_settings(self) -> CertificateSettings:
        return CertificateSettings(
            resamples=max(CERTIFICATE_RESAMPLES, self.settings.segments.resamples),
            min_group_size=self.settings.facts.min_group_size,
            horizon_days=self.settings.data.horizon_days,
            seed=self.settings.segments.seed,
        )

    def shop(self, features: pd.DataFrame, assignments: pd.DataFrame | None = None) -> Shop:
        """What rules are asked of."""
        return open_shop(Tables(self.workspace.data), self.cutoff(), features, assignments)

    def _audience_files(self) -> dict[str, Path]:
        paths = sorted(self.paths.audiences.glob("A*.toml"), key=lambda path: (len(path.stem), path.stem))
        return {path.stem: path for path in paths}

    def audience_segments(self) -> tuple[Segment, ...]:
        """Audiences as they are today."""
        return tuple(read_record(self.paths.audiences / f"{name}.json", Segment) for name in self._audience_files())

    def memberships(self) -> pd.DataFrame:
        """`customer_id`, `segment`: one row a customer and segment, and one a customer and audience."""
        placed = pd.read_parquet(self.paths.assignments, columns=["customer_id", "segment"]).dropna(subset=["segment"])
        inside = [pd.read_parquet(self.paths.audiences / f"{name}.parquet") for name in self._audience_files()]
        return pd.concat([placed, *(own for own in inside if len(own))], ignore_index=True)

    def table(self) -> pd.DataFrame:
        """The customer table."""
        return self._table(None)

    def _table(self, column: str | None) -> pd.DataFrame:
        return self._joined(pd.read_parquet(self.paths.features), column)

    def _joined(self, features: pd.DataFrame, column: str | None) -> pd.DataFrame:
        """The customer table with a column of the customers table beside it."""
        if column is None:
            return features
        customers = Tables(self.workspace.data).before(self.cutoff()).customers
        if column in customers.columns:
            customers = customers.select("customer_id", column)
        return join_column(features, customers.execute(), column)

    def cutoff(self) -> Cutoff:
        """Where the past of this workspace ends."""
        return self._cutoff(dt.date.fromisoformat(str(self.features().manifest.notes["as_of"])))

    def _cutoff(self, as_of: dt.date) -> Cutoff:
        return Cutoff(as_of, self.settings.data.known_at, self.settings.data.horizon_days)

    def _horizon(self) -> dict[str, object]:
        return self.settings.data.model_dump(mode="json", include={"known_at", "horizon_days"})

    def segmentation(self) -> Segmentation:
        """The segmentation in force."""
        return read_record(self.paths.segmentation, Segmentation)

    def certified(self) -> Certificate:
        """Its certificate."""
        return read_record(self.paths.certificate, Certificate)

    def drifted(self) -> Drift | None:
        """What has moved, where there is something to compare with."""
        return read_record(self.paths.drift, Drift) if self.paths.drift.exists() else None

    def certificates(self) -> tuple[SegmentCertificate, ...]:
        """Of every segment, then of every audience."""
        paths = [self.paths.audiences / f"{name}.certificate.json" for name in self._audience_files()]
        return tuple(
            own for made in (self.certified(), *(read_record(p, Certificate) for p in paths)) for own in made.segments
        )

    def lifetimes(self) -> LifetimeReport:
        """How lifetime value was estimated."""
        return read_record(self.paths.lifetime, LifetimeReport)


def _column_of(segmentation: Segmentation) -> str | None:
    return segmentation.model.column if isinstance(segmentation.model, ColumnModel) else None


def _counted(name: str, rule: Audience, features: pd.DataFrame, shop: Shop) -> tuple[Segment, pd.DataFrame]:
    """An audience as a segment, and the customers in it."""
    found: pd.DataFrame = members(rule, shop).order_by("customer_id").execute()
    inside = features["customer_id"].isin(found["customer_id"]).to_numpy()
    spent = int(features["monetary_minor"][inside].sum())
    total = int(features["monetary_minor"].sum())
    segment = Segment(
        segment=name,
        name=rule.name,
        rule=describe(rule),
        customers=int(inside.sum()),
        customer_share=float(inside.mean()),
        revenue_minor=spent,
        revenue_share=spent / total if total else 0.0,
        jaccard=None,
        traits=traits_of(features, inside) if inside.any() and not inside.all() else (),
    )
    return segment, found.assign(segment=name)
